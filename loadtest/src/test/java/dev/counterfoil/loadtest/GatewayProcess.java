package dev.counterfoil.loadtest;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The packaged gateway, with embedded servers, as a process of its own. */
final class GatewayProcess implements AutoCloseable {
    private static final Path JAR = Path.of("..", "gateway", "target", "counterfoil.jar");
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final Path log;

    private GatewayProcess(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Starts it on {@code dataFolder} and returns when it is ready. */
    static GatewayProcess start(Path dataFolder) throws IOException, InterruptedException {
        if (!Files.isRegularFile(JAR)) {
            throw new IllegalStateException(JAR + " is missing: run ./mvnw verify, which packages the gateway first");
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path log = Files.createDirectories(dataFolder).resolveSibling(dataFolder.getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-jar",
                JAR.toString(),
                "serve");
        builder.environment().keySet().removeIf(name -> name.startsWith("COUNTERFOIL_"));
        builder.environment().put("COUNTERFOIL_HTTP_PORT", Integer.toString(port));
        builder.environment()
                .put("COUNTERFOIL_DATA_DIR", dataFolder.toAbsolutePath().toString());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        GatewayProcess gateway = new GatewayProcess(builder.start(), port, log);
        try {
            gateway.awaitReady();
            return gateway;
        } catch (IOException | InterruptedException | RuntimeException e) {
            gateway.kill();
            throw e;
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private void awaitReady() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("the gateway did not become ready:\n" + Files.readString(log));
    }

    /** As kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As Ctrl-C. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
    }
}
