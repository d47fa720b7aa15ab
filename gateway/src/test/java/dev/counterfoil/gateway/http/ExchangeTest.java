package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** What every integration test is held to does notice what is wrong. */
class ExchangeTest {
    private static final String CARD = Contract.OPENAPI
            .components("schemas")
            .getJsonObject("Card")
            .getJsonArray("examples")
            .getJsonObject(0)
            .encode();

    private final Map<String, String> headers = new HashMap<>(Map.of(
            "X-Request-Id", "h6ea8ys0vn8fvm0fwefy", "Cache-Control", "no-store", "Content-Type", "application/json"));

    private record Answered(HttpRequest request, int statusCode, HttpHeaders headers, String body)
            implements HttpResponse<String> {
        @Override
        public Optional<HttpResponse<String>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    private List<String> violations(String path, String request, int status, String answer) {
        Map<String, List<String>> sent = new HashMap<>();
        headers.forEach((name, value) -> sent.put(name, List.of(value)));
        return Exchange.violations(new Answered(
                HttpRequest.newBuilder(URI.create("http://localhost" + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request))
                        .build(),
                status,
                HttpHeaders.of(sent, (name, value) -> true),
                answer));
    }

    private List<String> lookUp(String request, int status, String answer) {
        return violations("/v1/programs/demo/cards/lookup", request, status, answer);
    }

    @Test
    void what_the_contract_allows_is_let_through() {
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD)).isEmpty();
        headers.put("RateLimit", "\"key\";r=50;t=30, \"program\";r=4210;t=1");
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD)).isEmpty();
    }

    @Test
    void an_answer_with_an_unknown_a_missing_or_a_wrong_field_is_noticed() {
        JsonObject card = new JsonObject(CARD);
        assertThat(lookUp(
                        "{\"secret\":\"s\"}", 200, card.copy().put("owner", "x").encode()))
                .isNotEmpty();
        JsonObject less = card.copy();
        assertThat(less.remove("state")).isNotNull();
        assertThat(lookUp("{\"secret\":\"s\"}", 200, less.encode())).isNotEmpty();
        assertThat(lookUp(
                        "{\"secret\":\"s\"}",
                        200,
                        card.copy().put("balance", -1).encode()))
                .isNotEmpty();
    }

    @Test
    void a_header_that_is_unknown_missing_or_malformed_is_noticed() {
        headers.put("X-Powered-By", "x");
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD))
                .singleElement()
                .asString()
                .contains("X-Powered-By");
        headers.remove("X-Powered-By");
        headers.put("RateLimit", "50");
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD)).isNotEmpty();
        headers.remove("RateLimit");
        headers.remove("Cache-Control");
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD))
                .singleElement()
                .asString()
                .contains("cache-control");
    }

    @Test
    void a_status_a_media_type_and_a_path_that_are_not_the_contracts_are_noticed() {
        assertThat(lookUp("{\"secret\":\"s\"}", 201, CARD)).isNotEmpty();
        assertThat(violations("/v1/programs/demo/cards/nothing/here", "{}", 200, CARD))
                .isNotEmpty();
        headers.put("Content-Type", "text/plain");
        assertThat(lookUp("{\"secret\":\"s\"}", 200, CARD)).isNotEmpty();
    }

    @Test
    void a_request_that_succeeds_has_to_be_the_contracts_and_one_that_is_refused_need_not() {
        assertThat(lookUp("{\"secret\":\"s\",\"x\":1}", 200, CARD)).isNotEmpty();
        assertThat(violations("/v1/programs/demo/cards/lookup?x=1", "{\"secret\":\"s\"}", 200, CARD))
                .isNotEmpty();
        assertThat(violations("/v1/programs/De%20mo/cards/lookup", "{\"secret\":\"s\"}", 200, CARD))
                .isNotEmpty();
        headers.put("Content-Type", "application/problem+json");
        assertThat(lookUp(
                        "{\"x\":1}",
                        400,
                        Problem.of(ProblemCode.INVALID_REQUEST).toJson("r").encode()))
                .isEmpty();
    }
}
