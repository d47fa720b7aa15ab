package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The edge with two event loops on a free port, with the real handlers and endpoints made for this test. */
class HttpEdgeTest {
    private static final String KEY = "the-key";
    private static final HttpSettings SETTINGS =
            new HttpSettings(0, "127.0.0.1", 2, 1_024, Duration.ofSeconds(30), Duration.ofSeconds(3), List.of(), true);

    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ContractClient CONTRACT_CLIENT = new ContractClient();
    private static final AtomicReference<Promise<Answer>> PARKED = new AtomicReference<>(Promise.promise());

    private static final Metrics METRICS = new Metrics();
    private static final Admission ADMISSION =
            new Admission(EdgeBounds.defaults(), program -> false, METRICS.registry());
    private static final Readiness READINESS = new Readiness(Map.of("redis", Future::succeededFuture));
    private static HttpEdge edge;

    @BeforeAll
    static void start() {
        edge = join(HttpEdge.start(VERTX, SETTINGS, 2, HttpEdgeTest::router, READINESS));
        READINESS.serving();
    }

    @AfterAll
    static void stop() {
        join(edge.stop());
        join(VERTX.close());
    }

    private static Router router(Vertx vertx) {
        Program demo = Samples.program("demo", "acme");
        Map<String, Program> programs = Map.of(
                "demo", demo, "cold", Samples.program("cold", "acme"), "other", Samples.program("other", "rival"));
        ApiKey key = Samples.key("k1", Set.of(Scope.REDEEM), KeyTerms.NONE);
        Edge parts = new Edge(
                (text, address) -> text.equals(KEY) ? new KeyCheck.Accepted(key) : KeyCheck.Refused.UNKNOWN,
                used -> {},
                Samples.noSignatures(),
                id -> Optional.ofNullable(programs.get(id)),
                id -> id.equals("demo") ? Optional.of(new Catalog(1, demo, Map.of(), Map.of())) : Optional.empty(),
                READINESS,
                METRICS,
                Samples.noLimits(),
                SETTINGS.maxBodyBytes(),
                List.of(),
                true,
                ADMISSION,
                false);
        Routes routes = new Routes(parts, Samples.echoes());
        return routes.router(vertx, paths -> {
            paths.at("/v1/programs/{program}/things")
                    .post(
                            routes.authenticate,
                            routes.program,
                            routes.scope(Scope.REDEEM),
                            routes.body,
                            Routes.answer(Samples::echo))
                    .get(routes.authenticate, routes.program, routes.scope(Scope.READ), Routes.answer(Samples::echo))
                    .only();
            paths.at("/v1/programs/{program}/things/{thing}")
                    .get(
                            routes.authenticate,
                            routes.program,
                            routes.scope(Scope.REDEEM),
                            Routes.answer(call -> Future.succeededFuture(Answer.ok(new JsonObject()
                                            .put("thing", call.path("thing"))
                                            .put("limit", call.query(QueryFields::limit)))
                                    .noStore())))
                    .only();
            paths.at("/v1/programs/{program}/catalog")
                    .get(
                            routes.authenticate,
                            routes.program,
                            routes.scope(Scope.REDEEM),
                            Routes.answer(call -> Future.succeededFuture(Answer.ok(new JsonObject()
                                    .put("version", call.catalog().version())))))
                    .only();
            paths.at("/slow").get(Routes.answer(call -> PARKED.get().future())).only();
            paths.at("/fails/{how}").get(Routes.answer(HttpEdgeTest::fail)).only();
            paths.at("/stream").get(Routes.stream(HttpEdgeTest::brokenStream)).only();
        });
    }

    private static Future<Answer> fail(Call call) {
        return switch (call.path("how")) {
            case "unknown" -> Future.failedFuture(new LedgerFault.OutcomeUnknown("timeout"));
            case "unavailable" -> Future.failedFuture(new LedgerFault.Unavailable("refused"));
            case "cold" -> Future.failedFuture(new LedgerFault.Cold(Cell.of("demo")));
            case "overloaded" -> Future.failedFuture(new LedgerFault.Overloaded("queue"));
            case "refused" ->
                Future.succeededFuture(
                        Answer.of(Problem.quotaExceeded(new Problem.Quota("per_account_daily", 2, 2, Instant.EPOCH))));
            case "thrown" -> throw new IllegalStateException("a defect");
            default -> Future.failedFuture(new IllegalStateException("a defect"));
        };
    }

    private static Future<Void> brokenStream(Call call) {
        call.context().response().setChunked(true);
        return call.context()
                .response()
                .write("a line\n")
                .compose(written -> Future.failedFuture(new IllegalStateException("broke off")));
    }

    @Test
    void a_good_request_is_answered_with_a_request_id() throws Exception {
        HttpResponse<String> response = post("/v1/programs/demo/things", "{\"amount\":5}");
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("amount", 5)
                        .put("key", "k-1")
                        .put("program", "demo")
                        .put("client", "cl_1"));
        assertThat(header(response, "X-Request-Id")).matches("[0-9a-hjkmnp-tv-z]{20}");
        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(header(response, "Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void a_callers_request_id_is_not_taken_over() throws Exception {
        HttpResponse<String> response = send(request("/health/live").header("X-Request-Id", "mine"));
        assertThat(header(response, "X-Request-Id")).isNotEqualTo("mine");
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer the-kez, 401",
        "Basic the-key, 401",
        "Bearer, 401",
        "the-key, 401",
        "bearer the-key, 201",
        "Bearer  the-key, 201",
    })
    void only_a_valid_bearer_key_is_let_in(String authorization, int status) throws Exception {
        HttpResponse<String> response = send(request("/v1/programs/demo/things")
                .setHeader("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofString("{\"amount\":5}")));
        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 401) {
            assertProblem(response, "unauthenticated");
            assertThat(header(response, "WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void the_order_of_checks_is_the_contracts() throws Exception {
        // Everything is wrong with it; each repair shows the next check.
        HttpRequest.Builder wrong = HttpRequest.newBuilder(uri("/v1/programs/other/things"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(2_000)));
        assertProblem(send(wrong), "unauthenticated");
        wrong.setHeader("Authorization", "Bearer " + KEY);
        assertProblem(send(wrong), "not_found");
        assertProblem(send(request("/v1/programs/demo/things").GET()), "forbidden");
        wrong.uri(uri("/v1/programs/demo/things"));
        assertProblem(send(wrong), "unsupported_media_type");
        wrong.setHeader("Content-Type", "application/json; charset=UTF-8");
        assertProblem(send(wrong), "payload_too_large");
        wrong.POST(HttpRequest.BodyPublishers.ofString("{\"amount\":0,\"x\":1}"));
        assertProblem(send(wrong), "idempotency_key_missing");
        wrong.setHeader("Idempotency-Key", "k 1");
        assertProblem(send(wrong), "idempotency_key_missing");
        wrong.setHeader("Idempotency-Key", "k".repeat(256));
        assertProblem(send(wrong), "idempotency_key_missing");
        wrong.setHeader("Idempotency-Key", "k".repeat(255));
        HttpResponse<String> invalid = send(wrong);
        assertProblem(invalid, "invalid_request");
        assertThat(new JsonObject(invalid.body()).getJsonArray("errors"))
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("pointer", "/amount")
                                .put("detail", "0 (expected: an integer 1..9007199254740991)"))
                        .add(new JsonObject().put("pointer", "/x").put("detail", "unknown field (known: amount)")));
    }

    @Test
    void programs_that_do_not_exist_or_are_not_the_callers_look_the_same() throws Exception {
        HttpResponse<String> absent = post("/v1/programs/absent/things", "{}");
        HttpResponse<String> foreign = post("/v1/programs/other/things", "{}");
        assertProblem(absent, "not_found");
        assertThat(new JsonObject(foreign.body()).putNull("request_id"))
                .isEqualTo(new JsonObject(absent.body()).putNull("request_id"));
    }

    @Test
    void a_program_whose_ledger_is_cold_is_503_where_its_catalog_is_needed() throws Exception {
        assertThat(send(request("/v1/programs/demo/catalog")).statusCode()).isEqualTo(200);
        HttpResponse<String> cold = send(request("/v1/programs/cold/catalog"));
        assertProblem(cold, "ledger_cold");
        assertThat(header(cold, "Retry-After")).isEqualTo("5");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, 415",
        "application/jsonx, 415",
        "application/json; charset=latin1, 415",
        "application/json; charset=utf-8, 201",
        "APPLICATION/JSON ;charset=\"UTF-8\", 201",
        "application/json, 201",
    })
    void only_json_is_read(String contentType, int status) throws Exception {
        HttpResponse<String> response = send(request("/v1/programs/demo/things")
                .setHeader("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString("{\"amount\":5}")));
        assertThat(response.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=5              | 200 | ",
                "                     | 200 | ",
                "limit=0              | 400 | ?limit: expected: an integer 1..200",
                "limit=201            | 400 | ?limit: expected: an integer 1..200",
                "limit=abc            | 400 | ?limit: expected: an integer 1..200",
                "limit=5&limit=5      | 400 | ?limit: the parameter is there twice",
                "foo=1                | 400 | ?foo: unknown parameter (known: limit)",
                "limit=%ff            | 400 | ?: not percent-encoded UTF-8",
                "limit=%00            | 400 | ?: not percent-encoded UTF-8",
            })
    void a_query_is_read_as_strictly_as_a_body(String query, int status, String error) throws Exception {
        // java.net.URI would refuse some of these, a caller need not.
        String answer = RawHttp.exchange(
                edge.port(),
                "GET /v1/programs/demo/things/a?" + (query == null ? "" : query)
                        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + KEY + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        if (error != null) {
            JsonObject found = RawHttp.json(answer).getJsonArray("errors").getJsonObject(0);
            assertThat(found.getString("pointer") + ": " + found.getString("detail"))
                    .isEqualTo(error);
        }
    }

    @Test
    void path_parts_are_decoded_and_answers_with_balances_are_not_stored() throws Exception {
        HttpResponse<String> response = send(request("/v1/programs/demo/things/a%20b"));
        assertThat(new JsonObject(response.body()).getString("thing")).isEqualTo("a b");
        assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void other_methods_are_405_with_what_is_allowed() throws Exception {
        HttpResponse<String> response =
                send(request("/v1/programs/demo/things").method("DELETE", HttpRequest.BodyPublishers.noBody()));
        assertProblem(response, "method_not_allowed");
        assertThat(header(response, "Allow")).isEqualTo("POST, GET, HEAD, OPTIONS");
        HttpResponse<String> options =
                send(request("/v1/programs/demo/things").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(header(options, "Allow")).isEqualTo("POST, GET, HEAD, OPTIONS");
        HttpResponse<String> head =
                send(request("/v1/programs/demo/catalog").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/", "/v1", "/v1/programs/demo/thing", "/v1/programs/demo/things/a/b", "/nothing?x=%zz"})
    void unknown_paths_are_404(String path) throws Exception {
        String answer =
                RawHttp.exchange(edge.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404");
        assertThat(RawHttp.json(answer).getString("code")).isEqualTo("not_found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v1/programs/%zz/things HTTP/1.1~Host: x",
                "GET /%c0%af HTTP/1.1~Host: x",
                "GET /health/%ZZ HTTP/1.1~Host: x",
                "GET /v1/programs/demo/things/a?limit=%zz HTTP/1.1~Host: x",
                "GET / HTTP/1.1",
                "GET / HTTP/1.1~Host: x~Bad Header: x",
                "GET / HTTP/1.1~Host: x~NoColon",
                "GET  / HTTP/1.1~Host: x",
                "POST /v1/programs/demo/things HTTP/1.1~Host: x~Content-Length: abc",
                "POST /v1/programs/demo/things HTTP/1.1~Host: x~Content-Length: 5~Content-Length: 6",
                "POST /v1/programs/demo/things HTTP/1.1~Host: x~Content-Length: -1",
                "nonsense",
            })
    void malformed_requests_are_never_our_fault(String head) throws Exception {
        String answer = RawHttp.exchange(
                edge.port(),
                head.replace("~", "\r\n") + "\r\nAuthorization: Bearer " + KEY + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).matches("(?s)HTTP/1\\.[01] 40[0-9] .*");
        assertThat(RawHttp.json(answer).getString("code")).isIn("invalid_request", "not_found");
        assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("x-request-id: ");
    }

    @Test
    void a_body_that_is_too_long_is_refused_before_it_is_sent() throws Exception {
        String head = post("Content-Length: 10000000\r\nExpect: 100-continue\r\n");
        String answer = RawHttp.exchange(edge.port(), head);
        assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
        assertThat(RawHttp.json(answer).getString("code")).isEqualTo("payload_too_large");
    }

    @Test
    void a_body_that_turns_out_too_long_is_refused_and_the_rest_thrown_away() throws Exception {
        String chunk = "200\r\n" + "x".repeat(512) + "\r\n";
        String answer = RawHttp.exchange(edge.port(), post("Transfer-Encoding: chunked\r\n") + chunk.repeat(200));
        assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
        assertThat(answer.split("HTTP/1.1", -1)).hasSize(2);
    }

    @Test
    void a_client_that_asks_whether_to_continue_is_told() throws Exception {
        String answer = RawHttp.exchange(
                edge.port(),
                post("Content-Length: 12\r\nExpect: 100-continue\r\nConnection: close\r\n") + "{\"amount\":5}");
        assertThat(answer).startsWith("HTTP/1.1 100 ").contains("HTTP/1.1 201 ");
    }

    @Test
    void a_connection_survives_refusals_of_short_bodies() throws Exception {
        String refused =
                "POST /v1/programs/demo/things HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{\"amount\":5}";
        String good = post("Content-Length: 12\r\nConnection: close\r\n") + "{\"amount\":5}";
        String answer = RawHttp.exchange(edge.port(), refused + refused + good);
        assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(4);
        assertThat(answer).contains("HTTP/1.1 401 ", "HTTP/1.1 201 ");
    }

    @ParameterizedTest
    @CsvSource({
        "unknown, 503, outcome_unknown, true",
        "unavailable, 503, ledger_unavailable, true",
        "cold, 503, ledger_cold, true",
        "overloaded, 503, overloaded, true",
        "refused, 409, quota_exceeded, false",
    })
    void faults_and_refusals_are_problems(String how, int status, String code, boolean retryable) throws Exception {
        HttpResponse<String> response = send(request("/fails/" + how));
        assertThat(response.statusCode()).isEqualTo(status);
        assertProblem(response, code);
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getBoolean("retryable")).isEqualTo(retryable);
        assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
        if (status == 503) {
            assertThat(header(response, "Retry-After")).matches("[0-9]+");
        } else {
            assertThat(problem.getJsonObject("quota").getString("resets_at")).isEqualTo("1970-01-01T00:00:00.000Z");
        }
    }

    @ParameterizedTest
    @CsvSource({"thrown", "failed"})
    void a_defect_is_500_without_details(String how) throws Exception {
        HttpResponse<String> response = send(request("/fails/" + how));
        assertThat(response.statusCode()).isEqualTo(500);
        assertProblem(response, "internal_error");
        assertThat(response.body()).doesNotContain("defect", "Exception");
    }

    @Test
    void a_stream_that_breaks_off_does_not_look_complete() throws Exception {
        String answer = RawHttp.exchange(edge.port(), "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer).contains("a line\n").doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void health_metrics_and_contract_are_served() throws Exception {
        assertThat(new JsonObject(send(request("/health/live")).body()).getString("status"))
                .isEqualTo("up");
        HttpResponse<String> ready = send(request("/health/ready"));
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(ready.body()))
                .isEqualTo(new JsonObject().put("status", "ready").put("checks", new JsonObject().put("redis", "up")));
        assertThat(send(request("/openapi.yaml")).body()).startsWith("openapi: 3.1");
        HttpResponse<String> unused = post("/v1/programs/demo/things?secret=in-the-query", "{\"amount\":5}");
        await().untilAsserted(() -> {
            String metrics = send(request("/metrics")).body();
            assertThat(metrics)
                    .contains(
                            "counterfoil_http_requests_seconds_count{method=\"POST\",route=\"/v1/programs/{program}/things\",status=\"201\"}")
                    .contains("jvm_memory_used_bytes", "process_uptime_seconds")
                    .doesNotContain("in-the-query", "demo");
        });
    }

    @Test
    void a_taken_port_is_one_clear_line() {
        HttpSettings taken = new HttpSettings(
                edge.port(), "127.0.0.1", 1, 1_024, Duration.ofSeconds(30), Duration.ofSeconds(3), List.of(), true);
        Vertx vertx = Vertx.vertx();
        try {
            assertThatThrownBy(
                            () -> join(HttpEdge.start(vertx, taken, 2, HttpEdgeTest::router, new Readiness(Map.of()))))
                    .hasRootCauseInstanceOf(java.net.BindException.class)
                    .cause()
                    .isInstanceOf(HttpEdge.PortInUse.class)
                    .hasMessageMatching("http\\.port: \\d+ on 127\\.0\\.0\\.1 cannot be listened on: .*");
        } finally {
            join(vertx.close());
        }
    }

    @Test
    void stopping_finishes_what_was_begun_and_takes_nothing_new() throws Exception {
        Vertx vertx = Vertx.vertx();
        Readiness readiness = new Readiness(Map.of());
        PARKED.set(Promise.promise());
        HttpEdge own = join(HttpEdge.start(vertx, SETTINGS, 2, HttpEdgeTest::router, readiness));
        CompletableFuture<HttpResponse<String>> begun = CLIENT.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own.port() + "/slow"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> second = CLIENT.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own.port() + "/slow"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        Thread.sleep(300);
        CompletableFuture<Void> stopped = own.stop().toCompletionStage().toCompletableFuture();
        await().atMost(2, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThatThrownBy(() -> CLIENT.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own.port() + "/health/live"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString()))
                        .isInstanceOf(IOException.class));
        assertThat(stopped).isNotDone();
        PARKED.get().complete(Answer.ok(new JsonObject().put("done", true)));
        assertThat(begun.get(2, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(second.get(2, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        stopped.get(3, TimeUnit.SECONDS);
        join(vertx.close());
    }

    private static String post(String headers) {
        return "POST /v1/programs/demo/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nIdempotency-Key: k-1\r\n" + headers + "\r\n";
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k-1");
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + edge.port() + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpRequest built = request.build();
        boolean ofTheTest = Contract.OPENAPI.template(built.uri().getRawPath()) == null;
        return ofTheTest ? CONTRACT_CLIENT.sendUnheld(built) : CONTRACT_CLIENT.send(built);
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static void assertProblem(HttpResponse<String> response, String code) {
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getInteger("status")).isEqualTo(response.statusCode());
        assertThat(problem.getString("request_id")).isEqualTo(header(response, "X-Request-Id"));
        JsonObject schema = new JsonObject().put("$ref", "#/components/schemas/Problem");
        assertThat(Contract.OPENAPI.answerViolations(code, schema, problem)).isEmpty();
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
