package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.stack.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a gateway holds on to while nothing is asked of it.
 *
 * @param heapBytes after a full collection
 * @param descriptors open files and sockets; -1 where the system has no /proc
 * @param connections of its port that are not closed; -1 where the system has no /proc
 * @param metrics its metrics, as /metrics prints them
 */
record Footprint(long heapBytes, int descriptors, int connections, String metrics) {
    /**
     * Bounded caches, code compiled meanwhile and what is on its way to PostgreSQL may come to that. What leaked 400 bytes a request
     * would have passed it after 100,000.
     */
    static final long HEAP_TOLERANCE = 40L << 20;
    /** Connections to Redis and PostgreSQL come and go. */
    static final int DESCRIPTOR_TOLERANCE = 16;
    /** Labels are of bounded sets: operations, methods, statuses, codes. A label that callers choose would soon have passed it. */
    static final int MOST_SERIES = 30_000;

    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(10);
    private static final Pattern USED = Pattern.compile("(?m)^(?!\\s*(?:Metaspace|class space)).*\\bused (\\d+)K");

    static Footprint of(Gateway gateway) throws IOException, InterruptedException {
        int port = URI.create(gateway.url()).getPort();
        long deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
        while (connections(gateway, port) > 0 && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        int connections = connections(gateway, port);
        int descriptors = descriptors(gateway);
        String collected = jcmd(gateway, "GC.run");
        return new Footprint(
                used(collected + jcmd(gateway, "GC.heap_info")), descriptors, connections, metrics(gateway));
    }

    /** What is left of a run that began with {@code before}; empty: nothing. */
    List<String> leaked(Footprint before) {
        List<String> leaked = new ArrayList<>();
        if (heapBytes - before.heapBytes > HEAP_TOLERANCE) {
            leaked.add("LEAK: the heap grew from " + before.heapBytes / 1_024 + " to " + heapBytes / 1_024 + " KiB");
        }
        if (descriptors - before.descriptors > DESCRIPTOR_TOLERANCE) {
            leaked.add("LEAK: " + before.descriptors + " files were open, " + descriptors + " are");
        }
        if (connections > 0) {
            leaked.add("LEAK: " + connections + " connections are open, " + CLOSED_WITHIN.toSeconds()
                    + " s after the clients are gone");
        }
        if (series() > MOST_SERIES) {
            leaked.add("LEAK: " + series() + " series of metrics (expected: at most " + MOST_SERIES + ")");
        }
        return leaked;
    }

    String summary() {
        return "heap " + heapBytes / 1_024 + " KiB, " + descriptors + " files, " + connections + " connections, "
                + series() + " series of metrics";
    }

    private long series() {
        return metrics.lines().filter(line -> !line.startsWith("#")).count();
    }

    private static int descriptors(Gateway gateway) throws IOException {
        Path folder = Path.of("/proc", Long.toString(gateway.process().pid()), "fd");
        if (!Files.isDirectory(folder)) {
            return -1;
        }
        try (Stream<Path> open = Files.list(folder)) {
            return (int) open.count();
        }
    }

    /** Established, or closed by the client alone. */
    private static int connections(Gateway gateway, int port) throws IOException {
        Path folder = Path.of("/proc", Long.toString(gateway.process().pid()), "net");
        if (!Files.isDirectory(folder)) {
            return -1;
        }
        Pattern open = Pattern.compile(" *[0-9]+: [0-9A-F]+:%04X [0-9A-F:]+ (01|08) .*".formatted(port));
        int count = 0;
        for (String table : new String[] {"tcp", "tcp6"}) {
            if (Files.exists(folder.resolve(table))) {
                count += (int) Files.readAllLines(folder.resolve(table)).stream()
                        .filter(line -> open.matcher(line).matches())
                        .count();
            }
        }
        return count;
    }

    private static long used(String heap) throws IOException {
        long kibibytes = 0;
        boolean found = false;
        for (Matcher used = USED.matcher(heap); used.find(); found = true) {
            kibibytes += Long.parseLong(used.group(1));
        }
        if (!found) {
            throw new IOException("jcmd GC.heap_info tells no used heap: " + heap);
        }
        return kibibytes * 1_024;
    }

    private static String jcmd(Gateway gateway, String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new IOException("no " + jcmd + ": run it with a JDK");
        }
        Process process = new ProcessBuilder(
                        jcmd.toString(), Long.toString(gateway.process().pid()), command)
                .redirectErrorStream(true)
                .start();
        try (InputStream printed = process.getInputStream()) {
            return new String(printed.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String metrics(Gateway gateway) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/metrics"))
                .timeout(CLOSED_WITHIN)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
