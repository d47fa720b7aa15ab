package dev.counterfoil.gateway;

import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A gateway as its first start makes it, with a demo of its own and a client for it. */
final class RunningGateway implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path data;
    private final Map<String, String> more;
    private final ContractClient client = new ContractClient();
    private Serve serve;
    private Map<String, String> env;

    private RunningGateway(Path data, Map<String, String> more) {
        this.data = data;
        this.more = more;
        this.serve = Serve.start(settings(data, more));
        this.env = env(data);
    }

    /** On embedded servers of its own. */
    static RunningGateway in(Path data) {
        return new RunningGateway(data, Map.of());
    }

    /** With more settings, as environment variables have them. */
    static RunningGateway in(Path data, Map<String, String> more) {
        return new RunningGateway(data, more);
    }

    /** On an empty Redis and a database of the servers that all tests share: seconds sooner, and one at a time. */
    static RunningGateway onSharedServers(Path data) {
        return onSharedServers(data, Map.of());
    }

    /** The same with more settings. */
    static RunningGateway onSharedServers(Path data, Map<String, String> more) {
        Servers.flushRedis();
        Map<String, String> all = new HashMap<>(more);
        all.put("COUNTERFOIL_REDIS_URI", Servers.redisUri());
        all.put("COUNTERFOIL_POSTGRES_URI", Servers.freshDatabase());
        all.put("COUNTERFOIL_PEPPER", Pepper.generate(RANDOM));
        all.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(RANDOM));
        all.put("COUNTERFOIL_DEMO", "true");
        return new RunningGateway(data, all);
    }

    /** What makes a command work on the same stores. */
    Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(more);
        all.put("COUNTERFOIL_DATA_DIR", data.toString());
        return all;
    }

    static Settings settings(Path data) {
        return settings(data, Map.of());
    }

    private static Settings settings(Path data, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.putAll(environment(data));
        return SettingsFile.load(Optional.empty(), all);
    }

    private static Map<String, String> environment(Path data) {
        return Map.of(
                "COUNTERFOIL_HTTP_PORT",
                "0",
                "COUNTERFOIL_HTTP_HOST",
                "127.0.0.1",
                "COUNTERFOIL_DATA_DIR",
                data.toString(),
                "COUNTERFOIL_LOGS_LEVEL",
                "warn");
    }

    private static Map<String, String> env(Path data) {
        Map<String, String> env = new HashMap<>();
        try {
            for (String line : Files.readAllLines(data.resolve(DemoProgram.FILE))) {
                int equals = line.indexOf('=');
                env.put(line.substring(0, equals), line.substring(equals + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return env;
    }

    /** Stops and starts again on the same data. */
    void restart() {
        serve.close();
        serve = Serve.start(settings(data, more));
        env = env(data);
    }

    /** A value of {@code demo.env}. */
    String env(String name) {
        String value = env.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is not in demo.env");
        }
        return value;
    }

    /** Makes one more key known under a name. */
    void keep(String name, String key) {
        env.put(name, key);
    }

    Path data() {
        return data;
    }

    Serve serve() {
        return serve;
    }

    String url() {
        return "http://127.0.0.1:" + serve.port();
    }

    /** An answer, its body parsed where it is an object. */
    record Answer(int status, String text, HttpResponse<String> response) {
        static Answer of(HttpResponse<String> response) {
            return new Answer(response.statusCode(), response.body(), response);
        }

        JsonObject json() {
            return new JsonObject(text);
        }

        String code() {
            return json().getString("code");
        }

        boolean replayed() {
            return response.headers()
                    .firstValue("Idempotency-Replayed")
                    .filter("true"::equals)
                    .isPresent();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    static String key() {
        return UUID.randomUUID().toString();
    }

    /** A redemption with the storefront's key. */
    Answer redeem(String idempotencyKey, JsonObject body) {
        return redeemAsync(idempotencyKey, body).join();
    }

    CompletableFuture<Answer> redeemAsync(String idempotencyKey, JsonObject body) {
        return sendAsync(
                "POST",
                "/v1/programs/demo/redemptions",
                "CF_SECRET_KEY",
                body.encode(),
                request -> request.header("Idempotency-Key", idempotencyKey));
    }

    /** Any request with a key of {@code demo.env}. */
    Answer send(String method, String path, String key, JsonObject body) {
        return sendAsync(method, path, key, body.encode(), UnaryOperator.identity())
                .join();
    }

    Answer post(String path, String key, String idempotencyKey, JsonObject body) {
        return sendAsync("POST", path, key, body.encode(), request -> request.header("Idempotency-Key", idempotencyKey))
                .join();
    }

    /** Without a body. */
    Answer post(String path, String key) {
        return sendAsync("POST", path, key, null, UnaryOperator.identity()).join();
    }

    Answer get(String path, String key) {
        return sendAsync("GET", path, key, null, UnaryOperator.identity()).join();
    }

    CompletableFuture<Answer> sendAsync(
            String method, String path, String key, String body, UnaryOperator<HttpRequest.Builder> more) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + env(key))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return client.sendAsync(more.apply(request).build()).thenApply(Answer::of);
    }

    /** New active gift cards, made through the API: their secrets. */
    List<String> cards(String cardType, int count) {
        Answer batch = post(
                "/v1/programs/demo/batches",
                "CF_ISSUER_KEY",
                key(),
                new JsonObject().put("card_type", cardType).put("count", count));
        return batch.text()
                .lines()
                .map(JsonObject::new)
                .filter(line -> line.containsKey("secret"))
                .map(line -> line.getString("secret"))
                .toList();
    }

    /** An item of goods at {@code price} fen with {@code units} in stock. */
    void item(String sku, long price, long units, JsonObject limits) {
        Answer item = send(
                "PUT",
                "/v1/programs/demo/items/" + sku,
                "CF_ISSUER_KEY",
                new JsonObject()
                        .put("name", sku)
                        .put("kind", "goods")
                        .put(
                                "prices",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("asset", "CNY")
                                                .put("amount", price)))
                        .put("limits", limits));
        if (item.status() != 201 && item.status() != 200) {
            throw new IllegalStateException(item.text());
        }
        Answer stock = post(
                "/v1/programs/demo/items/" + sku + "/stock",
                "CF_ISSUER_KEY",
                key(),
                new JsonObject().put("delta", units));
        if (stock.status() != 201) {
            throw new IllegalStateException(stock.text());
        }
    }

    @Override
    public void close() {
        serve.close();
    }
}
