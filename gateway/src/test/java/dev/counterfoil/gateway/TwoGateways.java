package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Two gateways on one Redis and one PostgreSQL, as behind a load balancer: each has a ledger, queues, connections and a copy
 * of the catalog of its own. To Redis each is a user of its own, so that a test can cut one off.
 */
final class TwoGateways implements AutoCloseable {
    static final String PROGRAM = "twin";
    private static final String PATH = "/v1/programs/" + PROGRAM;
    private static final String PASSWORD = "of-a-test";

    private final List<Serve> serving = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final String key;
    private final ContractClient client = new ContractClient();

    TwoGateways() {
        this(Map.of());
    }

    /** With more settings, as environment variables have them. */
    TwoGateways(Map<String, String> more) {
        Servers.flushRedis();
        environment.putAll(more);
        environment.put("COUNTERFOIL_HTTP_PORT", "0");
        environment.put("COUNTERFOIL_HTTP_HOST", "127.0.0.1");
        environment.put("COUNTERFOIL_REDIS_URI", Servers.redisUri());
        environment.put("COUNTERFOIL_POSTGRES_URI", Servers.freshDatabase());
        environment.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_LOGS_LEVEL", "error");
        command("programs", "create", "--id", PROGRAM, "--issuer", "acme", "--zone", noon(), "--assets", "CNY,points");
        key = command("keys", "create", "--issuer", "acme", "--client", "shop", "--scopes", scopes())
                .lines()
                .get(0);
        for (int gateway = 0; gateway < 2; gateway++) {
            serving.add(Serve.start(SettingsFile.load(Optional.empty(), environmentOf(gateway))));
        }
        put(
                "/card-types/gift",
                new JsonObject().put("name", "Gift card").put("asset", "CNY").put("face_value", 100_000));
    }

    /** A zone where it is about noon, so that no business day ends during a test. */
    private static String noon() {
        int ahead = 12 - ZonedDateTime.now(ZoneOffset.UTC).getHour();
        return ahead == 0 ? "UTC" : ahead > 0 ? "Etc/GMT-" + ahead : "Etc/GMT+" + -ahead;
    }

    private static String scopes() {
        return "redeem,lookup,read,issue,catalog,adjust,reverse";
    }

    private Map<String, String> environmentOf(int gateway) {
        String user = "gateway" + gateway;
        redis("ACL SETUSER " + user + " on >" + PASSWORD + " ~* &* +@all");
        Map<String, String> own = new HashMap<>(environment);
        own.put("COUNTERFOIL_REDIS_URI", Servers.redisUri().replaceFirst(":.*@", "://" + user + ":" + PASSWORD + "@"));
        return own;
    }

    /** Closes all connections that a gateway has to Redis, as a failing network does; it connects again by itself. */
    void cut(int gateway) {
        redis("CLIENT KILL USER gateway" + gateway);
    }

    /**
     * The same, while what the gateway sent last was done and its answer has not left yet: Redis stands still until both
     * that and the order to close wait for it, and takes them in the order in which they came.
     */
    void cutBeforeTheAnswer(int gateway) throws InterruptedException {
        try (RedisWire wire = RedisWire.to(Servers.redisUri())) {
            Servers.redis().pause();
            Thread.sleep(10);
            wire.tell("CLIENT KILL USER gateway" + gateway);
            Thread.sleep(10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Servers.redis().resume();
        }
    }

    /** To Redis it is as if a gateway were killed: its connections close and no other is let in, until {@link #letIn}. */
    void shutOut(int gateway) {
        redis("ACL SETUSER gateway" + gateway + " off");
        cut(gateway);
    }

    /** Ends what {@link #shutOut} began. */
    void letIn(int gateway) {
        redis("ACL SETUSER gateway" + gateway + " on");
    }

    /** Stops one of the two in order, as a deployment does; {@link #start} starts it again. */
    void stop(int gateway) {
        serving.get(gateway).close();
    }

    /** Starts one that was stopped, on another port. */
    void start(int gateway) {
        serving.set(gateway, Serve.start(SettingsFile.load(Optional.empty(), environmentOf(gateway))));
    }

    /** The first line of Redis' answer. */
    @CanIgnoreReturnValue
    static String redis(String command) {
        try (RedisWire wire = RedisWire.to(Servers.redisUri())) {
            String answer = wire.send(command);
            if (answer.startsWith("-")) {
                throw new IllegalStateException(command + ": " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command line beside the gateways. */
    CommandLineRun run(String... args) {
        return CommandLineRun.of(environment, args);
    }

    /** The same; it has to succeed. */
    @CanIgnoreReturnValue
    CommandLineRun command(String... args) {
        CommandLineRun run = run(args);
        if (run.status() != 0) {
            throw new IllegalStateException(String.join(" ", args) + ": " + run.out() + run.err());
        }
        return run;
    }

    /** Sends to one of the two; an exchange that the contract does not allow fails the future. */
    CompletableFuture<Answer> post(int gateway, String path, String idempotencyKey, JsonObject body) {
        HttpRequest request = request(gateway, path)
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
                .build();
        return client.sendAsync(request).thenApply(Answer::of);
    }

    /** Sends with another key than the storefront's, and with more headers, each a name and a value. */
    Answer send(int gateway, String bearer, String path, JsonObject body, String... headers) {
        HttpRequest.Builder request = request(gateway, path)
                .setHeader("Authorization", "Bearer " + bearer)
                .header("Idempotency-Key", RunningGateway.key())
                .POST(HttpRequest.BodyPublishers.ofString(body.encode()));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build()).thenApply(Answer::of).join();
    }

    /** A new key of the issuer's client {@code page}. */
    String newKey(String kind, String... more) {
        List<String> args = new ArrayList<>(
                List.of("keys", "create", "--issuer", "acme", "--client", "page", "--kind", kind, "--scopes"));
        args.add("redeem,lookup");
        args.addAll(List.of(more));
        return command(args.toArray(String[]::new)).lines().get(0);
    }

    /** Changes the program, with that key; both gateways know it a moment later. */
    Answer patch(String bearer, JsonObject body) {
        HttpRequest request = request(0, "")
                .setHeader("Authorization", "Bearer " + bearer)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.encode()))
                .build();
        return client.sendAsync(request).thenApply(Answer::of).join();
    }

    int port(int gateway) {
        return serving.get(gateway).port();
    }

    CompletableFuture<Answer> redeem(int gateway, String idempotencyKey, JsonObject body) {
        return post(gateway, "/redemptions", idempotencyKey, body);
    }

    /** Where one of the two has {@code path} of the program. */
    URI uri(int gateway, String path) {
        return URI.create("http://127.0.0.1:" + serving.get(gateway).port() + PATH + path);
    }

    private HttpRequest.Builder request(int gateway, String path) {
        return HttpRequest.newBuilder(uri(gateway, path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
    }

    /** Any request to one of the two, with any key; {@code headers} by name and value. */
    CompletableFuture<Answer> send(
            int gateway, String method, String path, String bearer, @Nullable JsonObject body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + serving.get(gateway).port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.encode()));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build()).thenApply(Answer::of);
    }

    /** Of the books that both write to. */
    String booksUri() {
        return environment.get("COUNTERFOIL_POSTGRES_URI");
    }

    /** Makes or replaces something of the catalog. */
    void put(String path, JsonObject body) {
        HttpRequest request = request(0, path)
                .PUT(HttpRequest.BodyPublishers.ofString(body.encode()))
                .build();
        Answer answer = client.sendAsync(request).thenApply(Answer::of).join();
        assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    }

    Answer get(int gateway, String path) {
        return client.sendAsync(request(gateway, path).GET().build())
                .thenApply(Answer::of)
                .join();
    }

    /** Goods at a price in each asset, with units in stock. */
    void item(String sku, JsonObject prices, long units, JsonObject limits) {
        JsonArray list = new JsonArray();
        prices.forEach(
                price -> list.add(new JsonObject().put("asset", price.getKey()).put("amount", price.getValue())));
        put(
                "/items/" + sku,
                new JsonObject()
                        .put("name", sku)
                        .put("kind", "goods")
                        .put("prices", list)
                        .put("limits", limits));
        if (units > 0) {
            Answer stocked = post(
                            0, "/items/" + sku + "/stock", RunningGateway.key(), new JsonObject().put("delta", units))
                    .join();
            assertThat(stocked.status()).as(stocked.text()).isEqualTo(201);
        }
    }

    /** New active cards of 100,000 fen: their secrets. */
    List<String> cards(int count) {
        Answer batch = post(
                        0,
                        "/batches",
                        RunningGateway.key(),
                        new JsonObject().put("card_type", "gift").put("count", count))
                .join();
        return batch.text()
                .lines()
                .map(JsonObject::new)
                .filter(line -> line.containsKey("secret"))
                .map(line -> line.getString("secret"))
                .toList();
    }

    CompletableFuture<Answer> lookUp(int gateway, String secret) {
        HttpRequest request = request(gateway, "/cards/lookup")
                .POST(HttpRequest.BodyPublishers.ofString(
                        new JsonObject().put("secret", secret).encode()))
                .build();
        return client.sendAsync(request).thenApply(Answer::of);
    }

    /** What a gateway tells of itself. */
    String metrics(int gateway) {
        URI uri = URI.create("http://127.0.0.1:" + serving.get(gateway).port() + "/metrics");
        return client.sendAsync(HttpRequest.newBuilder(uri).build()).join().body();
    }

    /** Waits until both have Redis again, seen five times in a row. */
    void awaitBoth() throws InterruptedException {
        for (int gateway = 0; gateway < 2; gateway++) {
            for (int looks = 0, ready = 0; ready < 5; looks++) {
                if (looks > 600) {
                    throw new AssertionError("gateway " + gateway + " does not come back");
                }
                HttpRequest look = HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + serving.get(gateway).port() + "/health/ready"))
                        .build();
                int status = client.sendAsync(look)
                        .thenApply(HttpResponse::statusCode)
                        .join();
                ready = status == 200 ? ready + 1 : 0;
                Thread.sleep(50);
            }
        }
    }

    /** Redis and the books agree, and the books with themselves, once all is settled. */
    void reconcile() {
        CommandLineRun run = CommandLineRun.of(environment, "reconcile");
        assertThat(run.status()).as(run.out() + run.err()).isZero();
    }

    @Override
    public void close() {
        serving.forEach(Serve::close);
        redis("ACL DELUSER gateway0 gateway1");
    }
}
