package dev.counterfoil.loadtest.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The measure of all others: a bare Vert.x server that parses a redemption's request and writes an answer of the form of a
 * redemption's, and does nothing else. It runs in a JVM of its own, with the gateway's own Vert.x on its class path.
 */
public final class Echo {
    private Echo() {}

    /** @param args port */
    public static void main(String[] args) {
        int processors = Runtime.getRuntime().availableProcessors();
        int port = Integer.parseInt(args[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(processors));
        String unused = vertx.deployVerticle(() -> new Server(port), new DeploymentOptions().setInstances(processors))
                .await();
        System.out.println("echo on " + port);
    }

    private static final class Server extends VerticleBase {
        private final int port;

        Server(int port) {
            this.port = port;
        }

        @Override
        public Future<?> start() {
            return vertx.createHttpServer(
                            new HttpServerOptions().setHost("127.0.0.1").setTcpNoDelay(true))
                    .requestHandler(Echo::answer)
                    .listen(port);
        }
    }

    private static void answer(HttpServerRequest request) {
        if (request.path().equals("/health/ready")) {
            request.response().end();
            return;
        }
        request.body()
                .onSuccess(body -> request.response()
                        .setStatusCode(201)
                        .putHeader("Content-Type", "application/json")
                        .end(redemption(new JsonObject(body)))
                        .onFailure(gone -> {}));
    }

    private static Buffer redemption(JsonObject body) {
        JsonObject amount = new JsonObject().put("value", 1).put("asset", "CNY");
        JsonObject card = new JsonObject()
                .put("id", "card_Zk3vY0rJ2mQ8wX1b")
                .put("number", "1000000000000042")
                .put("last4", "0042")
                .put("balance", 99_999)
                .put("asset", "CNY");
        String item = body.getString("item");
        return new JsonObject()
                .put("id", "tx_0000000000042")
                .put("type", "redemption")
                .put("status", "posted")
                .put("program", "demo")
                .put("item", item)
                .put("quantity", 1)
                .put("account", body.getString("account"))
                .put("reference", body.getString("reference"))
                .put("amount", amount)
                .put(
                        "lines",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("item", item)
                                        .put("quantity", 1)
                                        .put("amount", amount)
                                        .put("codes", new JsonArray())))
                .put(
                        "payments",
                        new JsonArray().add(new JsonObject().put("card", card).put("amount", amount)))
                .put("card", card)
                .put("codes", new JsonArray())
                .put("durability", "durable")
                .put("created_at", "2026-11-21T08:00:00.123Z")
                .toBuffer();
    }
}
