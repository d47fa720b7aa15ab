package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.SettingsException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletionException;

/** Shows the numbers of a process that serves nothing else: {@code GET /metrics}, without a key. */
public final class MetricsServer implements AutoCloseable {
    private static final int IDLE_SECONDS = 60;

    private final Metrics metrics;
    private final Vertx vertx;
    private final HttpServer server;

    private MetricsServer(Metrics metrics) {
        this.metrics = metrics;
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        this.server = vertx.createHttpServer(
                        new HttpServerOptions().setIdleTimeout(IDLE_SECONDS).setHttp2ClearTextEnabled(false))
                .requestHandler(this::answer);
    }

    /**
     * Listens. Blocks.
     *
     * @param port 1..65535
     * @throws SettingsException with one clear line when it cannot be listened on
     */
    public static MetricsServer start(String host, int port, Metrics metrics) {
        MetricsServer made = new MetricsServer(metrics);
        try {
            HttpServer listening = made.server
                    .listen(port, host)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return made;
        } catch (CompletionException e) {
            made.close();
            throw new SettingsException("--metrics-port: " + port + " on " + host + " cannot be listened on: "
                    + (e.getCause() == null ? e : e.getCause()).getMessage());
        }
    }

    private void answer(HttpServerRequest request) {
        if (!"/metrics".equals(request.path())) {
            request.response().setStatusCode(404).end();
        } else if (!request.method().equals(HttpMethod.GET)) {
            request.response().setStatusCode(405).putHeader("Allow", "GET").end();
        } else {
            request.response()
                    .putHeader("Content-Type", Metrics.TEXT)
                    .putHeader("Cache-Control", "no-store")
                    .end(metrics.registry().scrape());
        }
    }

    @Override
    public void close() {
        var closed = vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
