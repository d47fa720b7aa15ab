package dev.counterfoil.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The load generator: wrk, one thread, a closed loop of connections. */
final class Wrk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 60;

    /**
     * One run.
     *
     * @param requests that were answered
     * @param refused answers of 4xx and 5xx
     * @param broken connections and time-outs
     */
    record Result(long requests, double seconds, long refused, long broken, long p50us, long p99us, long p999us) {
        double perSecond() {
            return requests / seconds;
        }
    }

    private final Path script;
    private final int connections;

    Wrk(Path script, int connections) {
        this.script = script;
        this.connections = connections;
    }

    /** Throws, saying how to get it, where there is no wrk on the path. */
    static void require() throws IOException {
        boolean found = Stream.of(String.valueOf(System.getenv("PATH")).split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "wrk")));
        if (!found) {
            throw new IOException(
                    "wrk is not on PATH (Debian and Ubuntu: apt-get install wrk; macOS: brew install wrk)");
        }
    }

    Result run(String url, int seconds, Map<String, String> environment) throws IOException, InterruptedException {
        List<String> command = List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                url);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process wrk = builder.start();
        try (InputStream printed = wrk.getInputStream()) {
            String text = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
            if (!wrk.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("wrk does not end");
            }
            String last = text.lines()
                    .filter(line -> line.startsWith("{"))
                    .reduce((one, next) -> next)
                    .orElseThrow(() -> new IOException("wrk failed: " + text.strip()));
            JsonNode json = JSON.readTree(last);
            return new Result(
                    json.path("requests").asLong(),
                    json.path("seconds").asDouble(),
                    json.path("refused").asLong(),
                    json.path("broken").asLong(),
                    json.path("p50_us").asLong(),
                    json.path("p99_us").asLong(),
                    json.path("p999_us").asLong());
        } finally {
            wrk.destroyForcibly();
        }
    }
}
