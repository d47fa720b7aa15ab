package dev.counterfoil.gateway.settings;

import java.util.List;

/**
 * All settings of one process. A component {@code codeKeys} is the setting {@code code-keys}; nested records are sections.
 * Unit, default and bounds of each are written in {@code config/counterfoil.yaml}, which a test holds equal to {@link #defaults()}.
 *
 * @param pepper keys of card ids, the first for new cards; empty: kept in the data directory (embedded PostgreSQL only)
 * @param codeKeys keys that encrypt digital codes, each {@code <id>:<base64 of 32 bytes>}, the first for new codes; empty: kept in the data directory
 */
public record Settings(
        HttpSettings http,
        RedisSettings redis,
        PostgresSettings postgres,
        DataSettings data,
        List<Secret> pepper,
        List<Secret> codeKeys,
        LimitsSettings limits,
        SignaturesSettings signatures,
        GuardSettings guard,
        LedgerSettings ledger,
        SettlementSettings settlement,
        LogsSettings logs,
        Demo demo) {

    /** Whether the demo program is made: {@code AUTO} means only on a fresh embedded PostgreSQL. */
    public enum Demo {
        AUTO,
        TRUE,
        FALSE
    }

    public Settings {
        pepper = List.copyOf(pepper);
        codeKeys = List.copyOf(codeKeys);
        // Whoever waits for Redis and then for the books must be answered before he is given up.
        Bounds.atLeast(
                "http.bounds.request-deadline",
                http.bounds().requestDeadline(),
                "ledger.settled-wait + redis.command-timeout + 1s",
                ledger.settledWait().plus(redis.commandTimeout()).plusSeconds(1));
        // An imported card may have three ids a pepper, and a payment names 16 at most.
        Bounds.size("pepper", pepper.size(), 5);
        Bounds.size("code-keys", codeKeys.size(), 8);
    }

    public static Settings defaults() {
        return new Settings(
                HttpSettings.defaults(),
                RedisSettings.defaults(),
                PostgresSettings.defaults(),
                DataSettings.defaults(),
                List.of(),
                List.of(),
                LimitsSettings.defaults(),
                SignaturesSettings.defaults(),
                GuardSettings.defaults(),
                LedgerSettings.defaults(),
                SettlementSettings.defaults(),
                LogsSettings.defaults(),
                Demo.AUTO);
    }
}
