package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole gateway process, one of whose embedded servers is killed by somebody else. */
class EmbeddedServerLostIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"redis/redis.pid, embedded Redis", "run/postgresql.pid, embedded PostgreSQL"})
    void the_gateway_says_which_server_was_lost_and_exits_with_1(String pidFile, String name) throws Exception {
        Path output = directory.resolve("output");
        Process gateway = gateway(output);
        try {
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> Files.readString(output).contains("serving on"));
            long pid = Long.parseLong(
                    Files.readString(directory.resolve("data").resolve(pidFile)).strip());
            assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
            assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(gateway.exitValue()).isEqualTo(1);
            assertThat(Files.readString(output))
                    .containsPattern("ERROR.* " + name + " ended by itself with code 137; see .*\\.log")
                    .contains("stopped");
        } finally {
            gateway.destroyForcibly();
        }
    }

    private Process gateway(Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of(
                        "COUNTERFOIL_DATA_DIR",
                        directory.resolve("data").toString(),
                        "COUNTERFOIL_HTTP_HOST",
                        "127.0.0.1",
                        "COUNTERFOIL_HTTP_PORT",
                        "0",
                        "COUNTERFOIL_DEMO",
                        "false",
                        "COUNTERFOIL_LOGS_FORMAT",
                        "text"));
        return builder.start();
    }
}
