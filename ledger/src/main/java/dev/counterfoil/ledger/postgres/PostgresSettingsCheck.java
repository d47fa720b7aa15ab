package dev.counterfoil.ledger.postgres;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether PostgreSQL keeps what it commits, for sessions such as this process has: answers that say {@code settled} need it
 * (PostgreSQL documentation, "Reliability and the Write-Ahead Log").
 */
public final class PostgresSettingsCheck {
    private static final String SETTINGS = """
            select name, setting from pg_settings
             where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name
            """;

    private final Database database;

    public PostgresSettingsCheck(Database database) {
        this.database = database;
    }

    /** What is wrong, a line each: setting, value, expectation. Fails with {@link DatabaseUnavailable} while it is away. */
    public Future<List<String>> faults() {
        return database.call(handle -> {
            List<String> faults = new ArrayList<>();
            handle.createQuery(SETTINGS)
                    .map((row, context) -> Map.entry(row.getString("name"), row.getString("setting")))
                    .forEach(setting -> {
                        if (setting.getValue().equals("off")) {
                            String wanted = setting.getKey().equals("synchronous_commit") ? "on or local" : "on";
                            faults.add("PostgreSQL setting " + setting.getKey() + ": off (expected: " + wanted + ")");
                        }
                    });
            return faults;
        });
    }
}
