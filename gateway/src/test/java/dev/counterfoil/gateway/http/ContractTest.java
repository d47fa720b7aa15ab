package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract and the routes say the same: whoever adds to one has to add to the other. */
class ContractTest {
    private static final Contract CONTRACT = Contract.OPENAPI;
    private static final Pattern NEEDS = Pattern.compile("Needs scope ([^.]*)\\.");
    private static final Pattern HTTP_CLIENT = Pattern.compile("HttpClient\\.new(Builder|HttpClient)\\(");
    private static final Pattern SCOPE = Pattern.compile("`([a-z:]+)`");

    @Test
    void the_contract_names_exactly_the_routes() {
        Set<String> promised = new TreeSet<>();
        CONTRACT.operations((name, operation) -> promised.add(name));
        assertThat(RouteList.all(true)).isEqualTo(promised);
    }

    @Test
    void the_page_at_docs_can_be_taken_away() {
        Set<String> without = RouteList.all(true);
        without.removeAll(RouteList.all(false));
        assertThat(without).containsExactly("GET /docs", "GET /docs/{file}");
    }

    @Test
    void the_contract_names_exactly_the_problem_codes() {
        JsonArray codes = CONTRACT.components("schemas")
                .getJsonObject("Problem")
                .getJsonObject("properties")
                .getJsonObject("code")
                .getJsonArray("enum");
        assertThat(codes.stream())
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(ProblemCode::token)
                        .toList());
    }

    @Test
    void every_problem_code_has_an_example_which_is_what_the_gateway_answers() {
        Map<String, JsonObject> examples = new TreeMap<>();
        JsonObject responses = CONTRACT.components("responses");
        for (String name : responses.fieldNames()) {
            responses
                    .getJsonObject(name)
                    .getJsonObject("content")
                    .getJsonObject("application/problem+json")
                    .getJsonObject("examples")
                    .forEach(
                            each -> examples.put(each.getKey(), ((JsonObject) each.getValue()).getJsonObject("value")));
        }
        for (ProblemCode code : ProblemCode.values()) {
            JsonObject plain = Problem.of(code).toJson("");
            JsonObject example = examples.remove(code.token());
            assertThat(example).as(code.token()).isNotNull();
            for (String field : List.of("type", "title", "status", "code", "retryable")) {
                assertThat(example.getValue(field)).as(code + " " + field).isEqualTo(plain.getValue(field));
            }
        }
        assertThat(examples).as("examples of no code").isEmpty();
    }

    @Test
    void operations_have_names_of_their_own_and_list_every_status_that_they_can_give() {
        Set<String> ids = new HashSet<>();
        CONTRACT.operations((name, operation) -> {
            assertThat(ids.add(operation.getString("operationId"))).as(name).isTrue();
            boolean open = operation.containsKey("security");
            String template = name.substring(name.indexOf(' ') + 1);
            boolean value = CONTRACT.parameters(template, operation).stream()
                    .anyMatch(parameter -> parameter.getString("name").equals("Idempotency-Key"));
            Set<String> expected = new TreeSet<>(Set.of("400", "500"));
            if (!open) {
                expected.addAll(Set.of("401", "403", "429", "503"));
            }
            if (template.contains("{")) {
                expected.add("404");
            }
            if (operation.containsKey("requestBody")) {
                expected.addAll(Set.of("413", "415"));
            }
            if (value) {
                expected.add("422");
            }
            assertThat(operation.getJsonObject("responses").fieldNames())
                    .as(name)
                    .containsAll(expected)
                    .anyMatch(status -> status.startsWith("2"));
        });
    }

    @Test
    void who_may_call_is_what_the_contract_says() throws Exception {
        try (LimitedEdge edge = new LimitedEdge()) {
            Map<Scope, String> keys = new TreeMap<>();
            for (Scope scope : Scope.values()) {
                keys.put(scope, edge.newKey(Rate.OFF, Set.of(scope)));
            }
            Map<String, JsonObject> operations = new TreeMap<>();
            CONTRACT.operations(operations::put);
            for (Map.Entry<String, JsonObject> each : operations.entrySet()) {
                String name = each.getKey();
                boolean open = each.getValue().containsKey("security");
                HttpResponse<String> unknown = ask(edge, name, "no-key");
                assertThat(unknown.statusCode() == 401)
                        .as(name + " without a key")
                        .isEqualTo(!open);
                if (!open) {
                    Set<String> allowed = new TreeSet<>();
                    boolean body = false;
                    for (Map.Entry<Scope, String> key : keys.entrySet()) {
                        int status = ask(edge, name, key.getValue()).statusCode();
                        if (status != 403) {
                            allowed.add(key.getKey().token());
                            body = status == 415;
                        }
                    }
                    assertThat(allowed).as(name + " needs scope").isEqualTo(scopes(each.getValue()));
                    assertThat(body)
                            .as(name + " takes a body")
                            .isEqualTo(each.getValue().containsKey("requestBody"));
                }
            }
        }
    }

    /** What is not sent through {@link ContractClient} is held to nothing; these have paths and endpoints of their own. */
    @Test
    void no_integration_test_talks_past_the_contract() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            List<String> past = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(ContractTest::makesAClient)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
            assertThat(past)
                    .containsExactly(
                            "ContractClient.java",
                            "DrainTest.java",
                            "FullJournalIT.java",
                            "HttpEdgeTest.java",
                            "LimitedEdge.java",
                            "MetricsServerTest.java",
                            "StaleKeysTest.java",
                            "TlsTest.java");
        }
    }

    private static boolean makesAClient(Path file) {
        try {
            return HTTP_CLIENT.matcher(Files.readString(file)).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a body of a media type that nothing takes, so that no endpoint is reached where one is read. */
    private static HttpResponse<String> ask(LimitedEdge edge, String operation, String key) throws Exception {
        String[] parts = operation
                .replace("{program}", "demo")
                .replaceAll("\\{[a-z]+}", "x")
                .split(" ");
        return edge.send(HttpRequest.newBuilder(edge.uri(parts[1]))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "text/plain")
                .method(
                        parts[0],
                        parts[0].equals("GET") ? HttpRequest.BodyPublishers.noBody() : LimitedEdge.body("text")));
    }

    private static Set<String> scopes(JsonObject operation) {
        Set<String> scopes = new TreeSet<>();
        Matcher needs = NEEDS.matcher(operation.getString("description", ""));
        while (needs.find()) {
            Matcher scope = SCOPE.matcher(needs.group(1));
            while (scope.find()) {
                scopes.add(scope.group(1));
            }
        }
        return scopes;
    }
}
