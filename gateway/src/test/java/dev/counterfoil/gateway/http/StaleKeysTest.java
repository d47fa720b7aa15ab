package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No request is let in by a copy of the keys that is too old. */
class StaleKeysTest {
    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final StaleRing ring = new StaleRing();
    private final List<String> used = new CopyOnWriteArrayList<>();
    private HttpServer server;

    /** A copy that is always too old. */
    private static final class StaleRing implements KeyRing {
        private final Promise<Void> asked = Promise.promise();
        private final Promise<Void> answer = Promise.promise();
        private volatile boolean revoked;

        @Override
        public KeyCheck check(String presented, InetAddress address) {
            ApiKey key = Samples.key("k1", Set.of(Scope.REDEEM), KeyTerms.NONE);
            return revoked ? KeyCheck.Refused.REVOKED : new KeyCheck.Accepted(key);
        }

        @Override
        public boolean isFresh() {
            return false;
        }

        @Override
        public Future<Void> refresh() {
            asked.tryComplete();
            return Future.fromCompletionStage(answer.future().toCompletionStage(), Vertx.currentContext());
        }
    }

    @BeforeEach
    void start() {
        Edge edge = new Edge(
                ring,
                key -> used.add(key.id()),
                Samples.noSignatures(),
                program -> Optional.empty(),
                program -> Optional.empty(),
                new Readiness(Map.of()),
                metrics,
                Samples.noLimits(),
                1_024,
                List.of(),
                false,
                new Admission(EdgeBounds.defaults(), program -> false, metrics.registry()),
                false);
        Routes routes = new Routes(edge, Samples.echoes());
        server = vertx.createHttpServer()
                .requestHandler(routes.router(
                        vertx,
                        paths -> paths.at("/things")
                                .post(
                                        routes.authenticate,
                                        routes.scope(Scope.REDEEM),
                                        routes.body,
                                        Routes.answer(call -> Future.succeededFuture(Answer.ok(new JsonObject()
                                                .put("amount", call.read(body -> body.amount("amount")))))))
                                .only()))
                .listen(0, "127.0.0.1")
                .await();
    }

    @AfterEach
    void stop() {
        Future<Void> closed = vertx.close();
        closed.await();
        metrics.close();
    }

    @Test
    void a_request_waits_until_the_keys_were_read_and_loses_nothing_of_its_body() {
        CompletableFuture<HttpResponse<String>> waiting = post();
        ring.asked.future().await();
        assertThat(waiting).isNotDone();
        ring.answer.complete();
        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(waiting.join().body()).isEqualTo("{\"amount\":5}");
        assertThat(used).containsExactly("k1");
    }

    @Test
    void a_key_that_was_revoked_meanwhile_is_refused() {
        CompletableFuture<HttpResponse<String>> waiting = post();
        ring.asked.future().await();
        ring.revoked = true;
        ring.answer.complete();
        assertThat(waiting.join().statusCode()).isEqualTo(401);
        assertThat(used).isEmpty();
        assertThat(metrics.registry()
                        .counter("counterfoil.keys.refused", "reason", "revoked")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void where_they_cannot_be_read_it_is_503() {
        ring.answer.fail(new LedgerFault.Unavailable("away"));
        HttpResponse<String> refused = post().join();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("ledger_unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(used).isEmpty();
    }

    private CompletableFuture<HttpResponse<String>> post() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/things"))
                .header("Authorization", "Bearer any")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"amount\":5}"))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }
}
