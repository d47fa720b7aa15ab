package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedisSettingsCheckIT {
    @Test
    void a_server_that_may_lose_or_evict_what_it_answered_is_found_out() {
        try (RedisConnection redis = Ledgers.connectRedis()) {
            RedisSettingsCheck check = new RedisSettingsCheck(redis);
            assertThat(await(check.faults(Durability.DURABLE))).isEmpty();
            try {
                set(redis, "appendfsync", "everysec");
                assertThat(await(check.faults(Durability.DURABLE)))
                        .containsExactly("Redis setting appendfsync: everysec (expected: always)");
                assertThat(await(check.faults(Durability.ACCEPTED))).isEmpty();
                set(redis, "maxmemory-policy", "allkeys-lru");
                assertThat(await(check.faults(Durability.ACCEPTED))).hasSize(1);
            } finally {
                set(redis, "appendfsync", "always");
                set(redis, "maxmemory-policy", "noeviction");
            }
        }
    }

    @Test
    void a_right_that_a_script_needs_and_the_user_lacks_is_found_out() throws IOException {
        try (RedisWire admin = RedisWire.to(Servers.redisUri())) {
            acl(admin, "SETUSER limited on >limited ~{*}:* +@all");
            String uri = Servers.redisUri().replaceFirst("//:[^@]*@", "//limited:limited@");
            try (RedisConnection limited = RedisConnection.open(uri, Duration.ofSeconds(5), Duration.ofSeconds(5))) {
                RedisSettingsCheck check = new RedisSettingsCheck(limited);
                assertThat(await(check.missingRights()))
                        .as("what no program owns")
                        .allMatch(line -> line.contains(" on counterfoil:rights"))
                        .anyMatch(line -> line.contains("may not HSET "));
                acl(admin, "SETUSER limited ~counterfoil:*");
                assertThat(await(check.missingRights())).isEmpty();
                acl(admin, "SETUSER limited -xadd");
                assertThat(await(check.missingRights()))
                        .containsExactly(
                                "Redis user: may not XADD on {counterfoil.0}:rights (expected: the rights in config/README.md)",
                                "Redis user: may not XADD on counterfoil:rights (expected: the rights in config/README.md)");
            } finally {
                acl(admin, "DELUSER limited");
            }
        }
    }

    private static void acl(RedisWire admin, String change) throws IOException {
        assertThat(admin.send("ACL " + change)).isIn("+OK", ":1");
    }

    /** What a script calls has to be asked for at the start. */
    @Test
    void every_command_of_a_script_is_among_those_checked() throws IOException {
        Pattern called = Pattern.compile("(?:p?call|write)\\('([A-Z]+)'|\\{ '([A-Z]+)',");
        String asked = Script.load("check_rights").text();
        Set<String> missing = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/resources/lua"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".lua")).toList()) {
                Matcher found = called.matcher(Files.readString(file));
                while (found.find()) {
                    String command = found.group(1) == null ? found.group(2) : found.group(1);
                    if (!asked.contains("'" + command + "'")) {
                        missing.add(file.getFileName() + ": " + command);
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static void set(RedisConnection redis, String name, String value) {
        String answer = await(redis.call(commands -> commands.configSet(name, value)));
        assertThat(answer).isEqualTo("OK");
    }
}
