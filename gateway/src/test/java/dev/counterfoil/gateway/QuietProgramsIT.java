package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand programs in which nothing happens: what a gateway asks of Redis and PostgreSQL for them. */
class QuietProgramsIT {
    private static final int PROGRAMS = 1_000;
    private static final Duration WATCHED = Duration.ofSeconds(10);
    private static final int MOST_WINDOWS = 4;

    @TempDir
    private Path data;

    @Test
    void a_thousand_quiet_programs_are_asked_for_now_and_then() throws Exception {
        Servers.flushRedis();
        String database = Servers.freshDatabase();
        Map<String, String> environment = new HashMap<>();
        environment.put("COUNTERFOIL_HTTP_PORT", "0");
        environment.put("COUNTERFOIL_HTTP_HOST", "127.0.0.1");
        environment.put("COUNTERFOIL_DATA_DIR", data.toString());
        environment.put("COUNTERFOIL_REDIS_URI", Servers.redisUri());
        environment.put("COUNTERFOIL_POSTGRES_URI", database);
        environment.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_LOGS_LEVEL", "warn");
        CommandLineRun migrated = CommandLineRun.of(environment, "programs", "list");
        assertThat(migrated.err()).isEmpty();
        try (Connection connection = Servers.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("insert into issuer (id, name) values ('is', 'Issuer')");
            statement.execute("insert into program (id, issuer, name, zone, mode, assets, list_version)"
                    + " select 'quiet-' || n, 'is', 'Quiet', 'UTC', 'test', '{CNY}', 1 from generate_series(1, "
                    + PROGRAMS
                    + ") n");
            statement.execute("insert into cell (program, index) select id, 0 from program");
            statement.execute("update version set value = 1 where name = 'programs'");
            try (Serve serving = Serve.start(SettingsFile.load(Optional.empty(), environment))) {
                assertThat(serving.port()).isPositive();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> number(statement, "select count(*) from cell where opened") == PROGRAMS);
                // Opening them is work, of which PostgreSQL's own counters tell a while later.
                boolean quiet = false;
                for (int window = 0; !quiet && window < MOST_WINDOWS; window++) {
                    quiet = isQuiet(statement);
                }
                assertThat(quiet)
                        .as("quiet in one of " + MOST_WINDOWS + " windows")
                        .isTrue();
            }
        }
    }

    /**
     * Each is asked for its sequence every 2 s, for its catalog every 5 s by reader and publisher, and for its holds every 10 s by
     * a script of five commands; if quiet ones were asked like busy ones, it would be several times that.
     */
    private static boolean isQuiet(Statement statement) throws Exception {
        long[] before = work(statement);
        Thread.sleep(WATCHED.toMillis());
        long[] after = work(statement);
        double commands = (after[0] - before[0]) / (double) WATCHED.toSeconds();
        double transactions = (after[1] - before[1]) / (double) WATCHED.toSeconds();
        System.out.println("quiet programs: " + PROGRAMS + ", commands of Redis a second: " + commands
                + ", transactions of PostgreSQL a second: " + transactions + ", CPU of Redis, ms a second: "
                + (after[2] - before[2]) / WATCHED.toSeconds() + ", CPU of this JVM, ms a second: "
                + (after[3] - before[3]) / WATCHED.toSeconds());
        return commands < 2.0 * PROGRAMS && transactions < 20;
    }

    /** Commands of Redis, transactions of PostgreSQL, and milliseconds of CPU of Redis and of this process. */
    private static long[] work(Statement statement) throws IOException, SQLException {
        try (RedisWire redis = RedisWire.to(Servers.redisUri())) {
            return new long[] {
                (long) info(redis.text("INFO stats"), "total_commands_processed"),
                number(statement, "select xact_commit from pg_stat_database where datname = current_database()"),
                (long) (1000 * info(redis.text("INFO cpu"), "used_cpu_user")),
                ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
            };
        }
    }

    private static double info(String info, String field) {
        Matcher matcher = Pattern.compile(field + ":([0-9.]+)").matcher(info);
        assertThat(matcher.find()).as(info).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }
}
