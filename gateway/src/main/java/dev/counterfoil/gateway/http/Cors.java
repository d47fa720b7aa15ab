package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyTerms;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which pages may call from a browser, by the rules of the Fetch standard. A request is held to the {@code allowed_origins} of its
 * own publishable key: a page of another origin gets 403, and may not read even that. A preflight brings no key, so it is granted
 * where any key lists the origin; so is the reading of a refusal that was given before a key was looked at, which says nothing of
 * anybody. There are no cookies, and credentials are never allowed.
 */
final class Cors {
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String ASKED_METHOD = "Access-Control-Request-Method";

    /** What a page may send. */
    private static final String HEADERS =
            "Authorization, Content-Type, Idempotency-Key, Counterfoil-Durability, Counterfoil-Proof, traceparent";

    /** What a page may read, beside the body. */
    private static final String EXPOSED =
            "X-Request-Id, Idempotency-Replayed, Retry-After, RateLimit, RateLimit-Policy";

    /** The longest that a browser keeps it. */
    private static final String MAX_AGE_SECONDS = "7200";

    private final Predicate<String> origins;

    /** @param origins whether any valid publishable key lists an origin; must not block */
    Cors(Predicate<String> origins) {
        this.origins = origins;
    }

    /**
     * Whether the key may be used by whoever sends this: a secret key by anyone, a publishable one by the pages that it lists, and
     * one that lists none by what is no page at all, such as an app. Lets the page read the answer.
     */
    static boolean admits(RoutingContext context, ApiKey key) {
        if (key.kind() != KeyKind.PUBLISHABLE) {
            return true;
        }
        KeyTerms terms = key.terms();
        HttpServerResponse response = context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        List<String> sent = context.request().headers().getAll(HttpHeaders.ORIGIN);
        if (sent.isEmpty()) {
            return terms.allowedOrigins().isEmpty();
        } else if (sent.size() > 1 || !terms.allowOrigin(sent.get(0))) {
            return false;
        }
        letRead(response, sent.get(0));
        return true;
    }

    /** Lets a page of an origin that any key lists read a refusal that was given before a key was accepted. */
    void withoutKey(RoutingContext context) {
        List<String> sent = context.request().headers().getAll(HttpHeaders.ORIGIN);
        if (sent.isEmpty()) {
            return;
        }
        HttpServerResponse response = context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (sent.size() == 1 && origins.test(sent.get(0))) {
            letRead(response, sent.get(0));
        }
    }

    private static void letRead(HttpServerResponse response, String origin) {
        response.putHeader(ALLOW_ORIGIN, origin).putHeader("Access-Control-Expose-Headers", EXPOSED);
    }

    /** Adds to the answer to {@code OPTIONS} what a browser asks before it lets a page send one of {@code methods} here. */
    void preflight(RoutingContext context, String methods) {
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        List<String> sent = context.request().headers().getAll(HttpHeaders.ORIGIN);
        boolean asks = sent.size() == 1 && context.request().headers().contains(ASKED_METHOD);
        if (asks && origins.test(sent.get(0))) {
            response.putHeader(ALLOW_ORIGIN, sent.get(0))
                    .putHeader("Access-Control-Allow-Methods", methods)
                    .putHeader("Access-Control-Allow-Headers", HEADERS)
                    .putHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
        }
    }
}
