package dev.counterfoil.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** The load generator: wrk, one thread a gateway, a closed loop of connections. */
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

        /** Of two that ran at the same time; of latencies the longer. */
        private Result with(Result other) {
            return new Result(
                    requests + other.requests,
                    Math.max(seconds, other.seconds),
                    refused + other.refused,
                    broken + other.broken,
                    Math.max(p50us, other.p50us),
                    Math.max(p99us, other.p99us),
                    Math.max(p999us, other.p999us));
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

    /**
     * Loads all of them at the same time, each with its part of the connections.
     *
     * @param environment of wrk by the place of its gateway, from 0
     */
    Result run(List<String> urls, int seconds, IntFunction<Map<String, String>> environment)
            throws IOException, InterruptedException {
        List<Process> running = new ArrayList<>();
        try {
            for (int part = 0; part < urls.size(); part++) {
                running.add(start(urls.get(part), connections / urls.size(), seconds, environment.apply(part)));
            }
            Optional<Result> all = Optional.empty();
            for (Process wrk : running) {
                Result one = result(wrk);
                all = Optional.of(all.map(before -> before.with(one)).orElse(one));
            }
            return all.orElseThrow();
        } finally {
            running.forEach(Process::destroyForcibly);
        }
    }

    private Process start(String url, int connections, int seconds, Map<String, String> environment)
            throws IOException {
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
        return builder.start();
    }

    private static Result result(Process wrk) throws IOException, InterruptedException {
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
        }
    }
}
