package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class ContractTest {
    private static final Contract CONTRACT = Contract.OPENAPI;
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    @Test
    void the_contract_names_exactly_the_routes() {
        Set<String> promised = new TreeSet<>();
        operations((name, operation) -> promised.add(name));
        assertThat(routes()).isEqualTo(promised);
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
    void every_example_is_one_of_its_schema() {
        List<String> violations = new ArrayList<>();
        operations((name, operation) -> {
            JsonObject request = operation.getJsonObject("requestBody");
            if (request != null) {
                violations.addAll(mediaViolations(name + " request", request.getJsonObject("content")));
            }
            JsonObject responses = operation.getJsonObject("responses");
            for (String status : responses.fieldNames()) {
                JsonObject content = CONTRACT.resolved(responses, status).getJsonObject("content");
                violations.addAll(mediaViolations(name + " " + status, content));
            }
        });
        JsonObject schemas = CONTRACT.components("schemas");
        for (String name : schemas.fieldNames()) {
            JsonObject schema = schemas.getJsonObject(name);
            for (Object example : schema.getJsonArray("examples", new JsonArray())) {
                violations.addAll(CONTRACT.violations(name, schema, example));
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void schemas_refuse_what_the_gateway_refuses() {
        JsonObject redemption = CONTRACT.components("schemas").getJsonObject("RedemptionRequest");
        for (String body : List.of(
                "{}",
                "{\"secret\":\"s\"}",
                "{\"item\":\"a\"}",
                "{\"secret\":\"s\",\"item\":\"a\",\"items\":[{\"item\":\"a\"}]}",
                "{\"secret\":\"s\",\"pay\":[{\"secret\":\"s\"}],\"item\":\"a\"}",
                "{\"secret\":\"s\",\"item\":\"a\",\"quantity\":0}",
                "{\"secret\":\"s\",\"item\":\"a\",\"foo\":1}")) {
            assertThat(CONTRACT.violations("", redemption, Json.decodeValue(body)))
                    .as(body)
                    .isNotEmpty();
        }
        assertThat(CONTRACT.violations("", redemption, Json.decodeValue("{\"secret\":\"s\",\"item\":\"a\"}")))
                .isEmpty();
    }

    @Test
    void operations_have_names_of_their_own_and_say_who_may_call_them() {
        Set<String> ids = new HashSet<>();
        operations((name, operation) -> {
            assertThat(ids.add(operation.getString("operationId"))).as(name).isTrue();
            boolean open = operation.containsKey("security");
            assertThat(operation.getJsonObject("responses").containsKey("401"))
                    .as(name)
                    .isEqualTo(!open);
            assertThat(operation.getJsonObject("responses").containsKey("429"))
                    .as(name + " has a rate limit")
                    .isEqualTo(!open);
            if (!open) {
                assertThat(operation.getString("description", "") + operation.getString("summary"))
                        .as(name)
                        .contains("Needs scope");
            }
        });
    }

    private static List<String> mediaViolations(String what, JsonObject content) {
        List<String> violations = new ArrayList<>();
        for (String type : content.fieldNames()) {
            JsonObject media = content.getJsonObject(type);
            List<Object> examples = new ArrayList<>();
            if (media.containsKey("example")) {
                examples.add(media.getValue("example"));
            }
            media.getJsonObject("examples", new JsonObject())
                    .forEach(example -> examples.add(((JsonObject) example.getValue()).getValue("value")));
            for (Object example : examples) {
                if (type.equals("application/x-ndjson")) {
                    for (String line : ((String) example).split("\n")) {
                        violations.addAll(
                                CONTRACT.violations(what, media.getJsonObject("schema"), Json.decodeValue(line)));
                    }
                } else {
                    violations.addAll(CONTRACT.violations(what, media.getJsonObject("schema"), example));
                }
            }
        }
        return violations;
    }

    private static void operations(BiConsumer<String, JsonObject> visit) {
        for (String path : CONTRACT.paths().fieldNames()) {
            JsonObject item = CONTRACT.paths().getJsonObject(path);
            for (String method : item.fieldNames()) {
                if (METHODS.contains(method)) {
                    visit.accept(method.toUpperCase(Locale.ROOT) + " " + path, item.getJsonObject(method));
                }
            }
        }
    }

    private static Set<String> routes() {
        Vertx vertx = Vertx.vertx();
        try (Metrics metrics = new Metrics()) {
            Edge edge = new Edge(
                    key -> Optional.empty(),
                    program -> Optional.empty(),
                    program -> Optional.empty(),
                    new Readiness(Map.of()),
                    metrics,
                    HttpEdgeTest.noLimits(),
                    1_024,
                    List.of());
            Set<String> routes = new TreeSet<>();
            for (Route route :
                    new Routes(edge, HttpEdgeTest.echoes()).router(vertx).getRoutes()) {
                if (route.methods() != null && route.getPath() != null) {
                    for (HttpMethod method : route.methods()) {
                        if (method != HttpMethod.HEAD) {
                            routes.add(method + " " + route.getPath().replaceAll(":([a-z_]+)", "{$1}"));
                        }
                    }
                }
            }
            return routes;
        } finally {
            Future<Void> closed = vertx.close();
            closed.await();
        }
    }
}
