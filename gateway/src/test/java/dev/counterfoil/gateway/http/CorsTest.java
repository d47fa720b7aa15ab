package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a page may read before any key was looked at. */
class CorsTest {
    private static final String SHOP = "https://shop.example";
    private static final String SMALL = "Content-Length: 2\r\nConnection: close\r\nOrigin: " + SHOP + "\r\n";
    private static final String PREFLIGHT = "OPTIONS /v1/programs/demo/things HTTP/1.1\r\nHost: x\r\nOrigin: " + SHOP
            + "\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n";
    private static final EdgeBounds ONE = new EdgeBounds(1, 20, 20, Duration.ofSeconds(60), Duration.ofSeconds(30));

    private static BoundedEdge edge(Rate unknownCallers, KeyRing keys, Endpoint endpoint) {
        return BoundedEdge.of(ONE, unknownCallers, keys, SHOP::equals, endpoint);
    }

    private static String wrongKey() {
        return BoundedEdge.post(SMALL, "{}").replace(BoundedEdge.KEY, "guess");
    }

    private static void assertReadable(String answer, String status) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .containsIgnoringCase("access-control-allow-origin: " + SHOP + "\r\n")
                .containsIgnoringCase("access-control-expose-headers: ")
                .containsIgnoringCase("vary: origin\r\n");
    }

    @Test
    void a_page_of_an_origin_that_some_key_lists_reads_why_it_was_refused_without_one() throws IOException {
        try (BoundedEdge edge = edge(new Rate(1, 86_400), BoundedEdge::check, BoundedEdge::fine)) {
            assertReadable(RawHttp.exchange(edge.port(), wrongKey()), "401");
            assertReadable(RawHttp.exchange(edge.port(), wrongKey()), "429");
            assertThat(RawHttp.exchange(edge.port(), wrongKey().replace(SHOP, "https://elsewhere.example")))
                    .containsIgnoringCase("vary: origin")
                    .doesNotContainIgnoringCase("access-control-");
            // A secret key is for no page: what it is answered is for nobody to read there.
            assertThat(RawHttp.exchange(edge.port(), BoundedEdge.post(SMALL, "{}")))
                    .startsWith("HTTP/1.1 201")
                    .doesNotContainIgnoringCase("access-control-");
        }
    }

    @Test
    void and_why_the_keys_cannot_be_read() throws IOException {
        KeyRing away = new KeyRing() {
            @Override
            public KeyCheck check(String presented, InetAddress address) {
                return KeyCheck.Refused.UNKNOWN;
            }

            @Override
            public boolean isFresh() {
                return false;
            }

            @Override
            public Future<Void> refresh() {
                return Future.failedFuture(new LedgerFault.Unavailable("away"));
            }
        };
        try (BoundedEdge edge = edge(Rate.OFF, away, BoundedEdge::fine)) {
            assertReadable(RawHttp.exchange(edge.port(), wrongKey()), "503");
        }
    }

    @Test
    void what_is_shed_can_be_read_and_its_preflight_is_not_shed() throws IOException {
        Promise<Answer> blocked = Promise.promise();
        try (BoundedEdge edge = edge(Rate.OFF, BoundedEdge::check, call -> blocked.future());
                Socket busy = edge.open(BoundedEdge.post(SMALL, "{}"))) {
            await().until(() -> edge.gauge("counterfoil.http.in.flight") == 1);
            assertReadable(RawHttp.exchange(edge.port(), BoundedEdge.post(SMALL, "{}")), "503");
            assertThat(RawHttp.exchange(edge.port(), PREFLIGHT))
                    .startsWith("HTTP/1.1 204")
                    .containsIgnoringCase("access-control-allow-methods: POST");
            blocked.complete(Answer.created(new JsonObject()));
            assertThat(BoundedEdge.toEnd(busy)).startsWith("HTTP/1.1 201");
        }
    }

    @Test
    void only_the_paths_of_operators_are_never_shed_and_only_by_their_whole_names() throws IOException {
        Promise<Answer> blocked = Promise.promise();
        try (BoundedEdge edge = edge(Rate.OFF, BoundedEdge::check, call -> blocked.future());
                Socket busy = edge.open(BoundedEdge.post(SMALL, "{}"))) {
            await().until(() -> edge.gauge("counterfoil.http.in.flight") == 1);
            for (String path : List.of("/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/docs")) {
                assertThat(get(edge, path)).as(path).doesNotStartWith("HTTP/1.1 503");
            }
            for (String path : List.of(
                    "/metrics/",
                    "//metrics",
                    "/health/live/x",
                    "/v1/programs/metrics",
                    "/v1/programs/demo/items/metrics",
                    "/v1/programs/demo/card-types/docs",
                    "/v1/keys/metrics",
                    "/v1/programs/demo/../../metrics")) {
                assertThat(get(edge, path)).as(path).startsWith("HTTP/1.1 503");
            }
            blocked.complete(Answer.created(new JsonObject()));
            assertThat(BoundedEdge.toEnd(busy)).startsWith("HTTP/1.1 201");
        }
    }

    private static String get(BoundedEdge edge, String path) throws IOException {
        return RawHttp.exchange(edge.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
}
