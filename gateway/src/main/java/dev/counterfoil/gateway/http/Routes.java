package dev.counterfoil.gateway.http;

import static dev.counterfoil.ledger.access.Scope.ACTIVATE;
import static dev.counterfoil.ledger.access.Scope.ADJUST;
import static dev.counterfoil.ledger.access.Scope.ADMIN;
import static dev.counterfoil.ledger.access.Scope.CATALOG;
import static dev.counterfoil.ledger.access.Scope.CATALOG_READ;
import static dev.counterfoil.ledger.access.Scope.ISSUE;
import static dev.counterfoil.ledger.access.Scope.LOOKUP;
import static dev.counterfoil.ledger.access.Scope.READ;
import static dev.counterfoil.ledger.access.Scope.REDEEM;
import static dev.counterfoil.ledger.access.Scope.REVERSE;

import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The whole API: every path and the order of its handlers. The order is the contract's: 401 (the key, then the signature), 404 for the
 * program, 403 and 429 by {@code scope}, 503 by {@code queue} where too much waits, then 415 and 413 by {@code body}, then the endpoint,
 * which reads the body (400) and asks the ledger. The busiest path comes first, because paths are tried in turn.
 */
public final class Routes {
    /** The largest body of lines. */
    static final int MOST_LINES_BYTES = 4 * 1024 * 1024;

    private final Edge edge;
    private final Endpoints endpoints;
    private final AccessLog accessLog = new AccessLog();
    private final HttpMetrics httpMetrics;
    private final ClientAddress clientAddress;
    private final Cors cors;
    final Handler<RoutingContext> authenticate;
    final Handler<RoutingContext> program;
    final Handler<RoutingContext> body;
    private final Handler<RoutingContext> optionalBody;
    private final Handler<RoutingContext> lines;
    private final Handler<RoutingContext> limit;
    final Handler<RoutingContext> queue;
    private final Handler<RoutingContext> openApi = answer(new OpenApiDocument());
    private final @Nullable TryItPage tryIt;

    /** Without pages: no browser may call from another origin. */
    Routes(Edge edge, Endpoints endpoints) {
        this(edge, endpoints, origin -> false);
    }

    /** @param origins whether pages of an origin may use any key at all; must not block */
    public Routes(Edge edge, Endpoints endpoints, Predicate<String> origins) {
        this.edge = edge;
        this.cors = new Cors(origins);
        this.httpMetrics = new HttpMetrics(edge.metrics().registry());
        this.clientAddress = new ClientAddress(edge.trustedProxies());
        StageTimers stages = new StageTimers(edge.metrics().registry());
        this.authenticate = new Authenticate(
                edge.keys(),
                edge.used(),
                edge.rates(),
                new VerifySignature(edge.signatures(), stages, edge.metrics().registry()),
                edge.metrics().registry());
        this.queue = edge.admission()::queue;
        this.program = new RequireProgram(edge.programs(), edge.catalogs());
        this.body = ReadBody.json(edge.maxBodyBytes(), stages);
        this.optionalBody = ReadBody.optionalJson(edge.maxBodyBytes(), stages);
        this.limit = new LimitRate(edge.rates(), stages, edge.metrics().registry());
        this.lines = ReadBody.ndjson(MOST_LINES_BYTES, stages);
        this.endpoints = endpoints;
        this.tryIt = edge.docs() ? new TryItPage() : null;
    }

    /** A router of its own for one event loop. */
    public Router router(Vertx vertx) {
        return router(vertx, paths -> {});
    }

    /** The same, with more paths in front. */
    Router router(Vertx vertx, Consumer<Paths> more) {
        return around(vertx, paths -> {
            more.accept(paths);
            api(paths);
            operations(paths, !edge.metricsApart());
            paths.at("/openapi.yaml").get(openApi).only();
            if (tryIt != null) {
                paths.at("/docs/{file}").get(answer(tryIt::file)).only();
                paths.at("/docs").get(answer(tryIt::page)).only();
            }
        });
    }

    /** Health and metrics alone, for a port of their own. */
    public Router operations(Vertx vertx) {
        return around(vertx, paths -> operations(paths, true));
    }

    private Router around(Vertx vertx, Consumer<Paths> inner) {
        Router router = Router.router(vertx);
        Watch watch =
                Watch.start(vertx, edge.admission().bounds(), edge.metrics().registry());
        Arrival arrival = new Arrival(accessLog, httpMetrics, clientAddress, edge.admission(), edge.readiness(), watch);
        Failures failures = new Failures(arrival, cors);
        Route first = router.route().handler(arrival).failureHandler(failures);
        inner.accept(new Paths(router, cors));
        Route last = router.route().handler(context -> context.fail(404));
        return router.errorHandler(400, failures::malformed)
                .errorHandler(404, failures)
                .errorHandler(500, failures);
    }

    private void operations(Paths paths, boolean metrics) {
        paths.at("/health/live").get(answer(edge.readiness()::live)).only();
        paths.at("/health/ready").get(answer(edge.readiness()::ready)).only();
        if (metrics) {
            paths.at("/metrics").get(answer(edge.metrics()::scrape)).only();
        }
    }

    private void api(Paths paths) {
        redemptions(paths, "/v1/programs/{program}");
        accounts(paths, "/v1/programs/{program}/accounts");
        issuing(paths, "/v1/programs/{program}");
        cards(paths, "/v1/programs/{program}");
        catalog(paths, "/v1/programs/{program}");
        paths.at("/v1/programs")
                .get(authenticate, scope(ADMIN, CATALOG, CATALOG_READ, READ), answer(endpoints.listPrograms()))
                .post(authenticate, scope(ADMIN), body, answer(endpoints.postProgram()))
                .only();
        administration(paths);
    }

    private void redemptions(Paths paths, String root) {
        paths.at(root + "/redemptions")
                .post(authenticate, program, scope(REDEEM), queue, body, inTime(endpoints.postRedemption()))
                .get(authenticate, program, scope(READ, REDEEM), answer(endpoints.findRedemptions()))
                .pages("POST")
                .only();
        paths.at(root + "/redemptions/preview")
                .post(authenticate, program, scope(REDEEM), queue, body, reading(endpoints.previewRedemption()))
                .pages("POST")
                .only();
        paths.at(root + "/redemptions/{id}")
                .get(authenticate, program, scope(READ, REDEEM), answer(endpoints.getRedemption()))
                .only();
        paths.at(root + "/redemptions/{id}/capture")
                .post(authenticate, program, scope(REDEEM), queue, optionalBody, inTime(endpoints.captureRedemption()))
                .only();
        paths.at(root + "/redemptions/{id}/release")
                .post(authenticate, program, scope(REDEEM), queue, optionalBody, inTime(endpoints.releaseRedemption()))
                .only();
        paths.at(root + "/redemptions/{id}/reverse")
                .post(authenticate, program, scope(REVERSE), queue, body, inTime(endpoints.reverseRedemption()))
                .only();
        paths.at(root + "/cards/lookup")
                .post(authenticate, program, scope(LOOKUP), queue, body, reading(endpoints.lookUpCard()))
                .pages("POST")
                .only();
    }

    private void accounts(Paths paths, String root) {
        paths.at(root + "/{id}")
                .get(authenticate, program, scope(READ), answer(endpoints.getAccount()))
                .only();
        paths.at(root + "/{id}/transactions")
                .get(authenticate, program, scope(READ), answer(endpoints.accountTransactions()))
                .only();
        adjusting(paths, root + "/{id}/adjustments", endpoints.adjustAccount());
        adjusting(paths, root + "/{id}/freeze", endpoints.freezeAccount());
        adjusting(paths, root + "/{id}/unfreeze", endpoints.unfreezeAccount());
        adjusting(paths, root + "/{id}/verify", endpoints.verifyAccount());
        adjusting(paths, root + "/{id}/unverify", endpoints.unverifyAccount());
    }

    private void adjusting(Paths paths, String template, Endpoint endpoint) {
        paths.at(template)
                .post(authenticate, program, scope(ADJUST), queue, body, inTime(endpoint))
                .only();
    }

    private void issuing(Paths paths, String root) {
        paths.at(root + "/batches")
                .post(authenticate, program, scope(ISSUE), body, stream(endpoints.postBatch()))
                .only();
        paths.at(root + "/batches/import")
                .post(authenticate, program, scope(ISSUE), body, answer(endpoints.importCards()))
                .only();
        paths.at(root + "/batches/{id}/void")
                .post(authenticate, program, scope(ISSUE), optionalBody, answer(endpoints.voidBatch()))
                .only();
        paths.at(root + "/batches/{id}/activate")
                .post(authenticate, program, scope(ACTIVATE, ISSUE), optionalBody, answer(endpoints.activateBatch()))
                .only();
        paths.at(root + "/items/{sku}/stock")
                .post(authenticate, program, scope(CATALOG, ISSUE), body, answer(endpoints.postStock()))
                .only();
        paths.at(root + "/items/{sku}/codes")
                .post(authenticate, program, scope(CATALOG, ISSUE), lines, answer(endpoints.postCodes()))
                .only();
    }

    private void cards(Paths paths, String root) {
        paths.at(root + "/cards/freeze")
                .post(authenticate, program, scope(ISSUE), body, answer(endpoints.freezeCards()))
                .only();
        paths.at(root + "/cards/unfreeze")
                .post(authenticate, program, scope(ISSUE), body, answer(endpoints.unfreezeCards()))
                .only();
        paths.at(root + "/cards/void")
                .post(authenticate, program, scope(ISSUE), body, answer(endpoints.voidCards()))
                .only();
        paths.at(root + "/cards/extend")
                .post(authenticate, program, scope(ISSUE), body, answer(endpoints.extendCards()))
                .only();
        paths.at(root + "/cards/{id}/transactions")
                .get(authenticate, program, scope(READ), answer(endpoints.cardTransactions()))
                .only();
        paths.at(root + "/cards/{id}")
                .get(authenticate, program, scope(READ), answer(endpoints.getCard()))
                .only();
        paths.at(root + "/cards")
                .get(authenticate, program, scope(READ), answer(endpoints.listCards()))
                .only();
    }

    private void catalog(Paths paths, String root) {
        Handler<RoutingContext> mayRead = scope(CATALOG_READ, CATALOG, READ, ADMIN);
        paths.at(root + "/items/{sku}")
                .get(authenticate, program, mayRead, answer(endpoints.getItem()))
                .put(authenticate, program, scope(CATALOG), body, answer(endpoints.putItem()))
                .pages("GET")
                .only();
        paths.at(root + "/items")
                .get(authenticate, program, mayRead, answer(endpoints.listItems()))
                .pages("GET")
                .only();
        paths.at(root + "/card-types/{id}")
                .get(authenticate, program, mayRead, answer(endpoints.getCardType()))
                .put(authenticate, program, scope(CATALOG), body, answer(endpoints.putCardType()))
                .pages("GET")
                .only();
        paths.at(root + "/card-types")
                .get(authenticate, program, mayRead, answer(endpoints.listCardTypes()))
                .pages("GET")
                .only();
        paths.at(root)
                .get(authenticate, program, mayRead, answer(endpoints.getProgram()))
                .patch(authenticate, program, scope(ADMIN), body, answer(endpoints.patchProgram()))
                .pages("GET")
                .only();
    }

    /** Of the key's own issuer: who holds keys, the keys, and what was done. */
    private void administration(Paths paths) {
        Handler<RoutingContext> admin = scope(ADMIN);
        AdministrationEndpoints administration = endpoints.administration();
        paths.at("/v1/clients")
                .get(authenticate, admin, answer(administration.listClients()))
                .post(authenticate, admin, body, answer(administration.postClient()))
                .only();
        paths.at("/v1/keys")
                .get(authenticate, admin, answer(administration.listKeys()))
                .post(authenticate, admin, body, answer(administration.postKey()))
                .only();
        paths.at("/v1/keys/{id}")
                .get(authenticate, admin, answer(administration.getKey()))
                .patch(authenticate, admin, body, answer(administration.patchKey()))
                .only();
        paths.at("/v1/keys/{id}/revoke")
                .post(authenticate, admin, optionalBody, answer(administration.revokeKey()))
                .only();
        paths.at("/v1/keys/{id}/rotate")
                .post(authenticate, admin, optionalBody, answer(administration.rotateKey()))
                .only();
        paths.at("/v1/signing-keys")
                .get(authenticate, admin, answer(administration.listSigningKeys()))
                .post(authenticate, admin, body, answer(administration.postSigningKey()))
                .only();
        paths.at("/v1/signing-keys/{id}")
                .get(authenticate, admin, answer(administration.getSigningKey()))
                .only();
        paths.at("/v1/signing-keys/{id}/revoke")
                .post(authenticate, admin, optionalBody, answer(administration.revokeSigningKey()))
                .only();
        paths.at("/v1/audit")
                .get(authenticate, admin, answer(administration.listAudit()))
                .only();
    }

    /** A scope, and then the rate limit. */
    Handler<RoutingContext> scope(Scope... anyOf) {
        return new RequireScope(limit, anyOf);
    }

    static Handler<RoutingContext> answer(Endpoint endpoint) {
        return new Answers(endpoint, Answers.Manner.UNHURRIED);
    }

    /** As {@link #answer}, of an endpoint that hands its call's deadline on with all that it posts. */
    static Handler<RoutingContext> inTime(Endpoint endpoint) {
        return new Answers(endpoint, Answers.Manner.IN_TIME);
    }

    /** As {@link #inTime}, of an endpoint that changes nothing. */
    static Handler<RoutingContext> reading(Endpoint endpoint) {
        return new Answers(endpoint, Answers.Manner.READING);
    }

    static Handler<RoutingContext> stream(StreamingEndpoint endpoint) {
        return new Streams(endpoint);
    }
}
