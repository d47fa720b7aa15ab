package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract agrees with itself, and says something of everything that it names. */
class ContractExamplesTest {
    private static final Contract CONTRACT = Contract.OPENAPI;

    private final List<String> missing = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    @Test
    void every_body_has_an_example_and_every_example_is_one_of_its_schema() {
        CONTRACT.operations((name, operation) -> {
            JsonObject request = operation.getJsonObject("requestBody");
            if (request != null) {
                media(name + " request", request.getJsonObject("content"), false);
            }
            JsonObject responses = operation.getJsonObject("responses");
            for (String status : responses.fieldNames()) {
                media(name + " " + status, CONTRACT.resolved(responses, status).getJsonObject("content"), true);
            }
        });
        JsonObject schemas = CONTRACT.components("schemas");
        for (String name : schemas.fieldNames()) {
            JsonObject schema = schemas.getJsonObject(name);
            for (Object example : examplesOf(schema)) {
                violations.addAll(CONTRACT.answerViolations(name, schema, example));
            }
        }
        assertThat(violations).isEmpty();
        assertThat(missing).as("without an example").isEmpty();
    }

    private void media(String what, JsonObject content, boolean answer) {
        for (String type : content.fieldNames()) {
            JsonObject media = content.getJsonObject(type);
            List<Object> examples = new ArrayList<>();
            if (media.containsKey("example")) {
                examples.add(media.getValue("example"));
            }
            media.getJsonObject("examples", new JsonObject())
                    .forEach(example -> examples.add(((JsonObject) example.getValue()).getValue("value")));
            for (Object example : examples) {
                String body = example instanceof String text ? text : Json.encode(example);
                violations.addAll(CONTRACT.bodyViolations(what, type, media, body, answer));
            }
            boolean shown = !examples.isEmpty()
                    || !examplesOf(CONTRACT.resolved(media, "schema")).isEmpty();
            if (type.endsWith("json") && !shown) {
                missing.add(what);
            }
        }
    }

    private static List<Object> examplesOf(JsonObject schema) {
        return schema.getJsonArray("examples", new JsonArray()).stream().toList();
    }

    @Test
    void the_examples_of_parameters_and_headers_are_of_their_schemas() {
        JsonObject headers = CONTRACT.components("headers");
        for (String name : headers.fieldNames()) {
            textExample(name, headers.getJsonObject(name));
        }
        CONTRACT.operations((name, operation) -> CONTRACT.parameters(name.substring(name.indexOf(' ') + 1), operation)
                .forEach(parameter -> textExample(name + " " + parameter.getString("name"), parameter)));
        assertThat(violations).isEmpty();
    }

    private void textExample(String what, JsonObject holder) {
        if (holder.containsKey("example")) {
            violations.addAll(CONTRACT.textViolations(
                    what,
                    holder.getJsonObject("schema"),
                    holder.getValue("example").toString()));
        }
    }

    @Test
    void every_parameter_header_schema_and_field_is_described() {
        CONTRACT.operations((name, operation) -> {
            described(name + " summary", operation.getString("summary"));
            CONTRACT.parameters(name.substring(name.indexOf(' ') + 1), operation)
                    .forEach(parameter -> described(name + " " + parameter.getString("name"), parameter));
        });
        JsonObject headers = CONTRACT.components("headers");
        headers.fieldNames().forEach(name -> described(name, headers.getJsonObject(name)));
        JsonObject schemas = CONTRACT.components("schemas");
        for (String name : schemas.fieldNames()) {
            JsonObject schema = schemas.getJsonObject(name);
            described(name, schema);
            JsonObject fields = schema.getJsonObject("properties", new JsonObject());
            fields.fieldNames().forEach(field -> described(name + "." + field, fields.getJsonObject(field)));
        }
        assertThat(missing).as("not described").isEmpty();
    }

    /** By itself, by what it refers to, or by what its elements are. */
    private void described(String what, JsonObject holder) {
        JsonObject elements = holder.getJsonObject("items");
        boolean constant = holder.containsKey("const");
        String text = holder.containsKey("description") || elements == null
                ? holder.getString("description", CONTRACT.resolved(holder).getString("description"))
                : CONTRACT.resolved(elements).getString("description");
        described(what, constant ? "a constant says it" : text);
    }

    private void described(String what, String text) {
        if (text == null || text.isBlank()) {
            missing.add(what);
        }
    }

    @Test
    void every_component_is_used() {
        String all = CONTRACT.document().encode();
        JsonObject components = CONTRACT.document().getJsonObject("components");
        List<String> unused = new ArrayList<>();
        for (String kind : List.of("parameters", "headers", "responses", "schemas")) {
            for (String name : components.getJsonObject(kind).fieldNames()) {
                if (!all.contains("\"#/components/" + kind + "/" + name + "\"")) {
                    unused.add(kind + "/" + name);
                }
            }
        }
        assertThat(unused).isEmpty();
    }

    /** So that generated clients have a name for it, and so that tests may close it against unknown fields. */
    @Test
    void what_is_answered_is_a_named_schema_that_is_not_mixed_from_others() {
        CONTRACT.operations((name, operation) -> {
            JsonObject responses = operation.getJsonObject("responses");
            for (String status : responses.fieldNames()) {
                JsonObject content = CONTRACT.resolved(responses, status).getJsonObject("content");
                for (String type : content.fieldNames()) {
                    JsonObject schema = content.getJsonObject(type).getJsonObject("schema");
                    if (type.endsWith("/json")) {
                        assertThat(schema.getString("$ref"))
                                .as(name + " " + status)
                                .isNotNull();
                    }
                    assertThat(CONTRACT.resolved(schema).containsKey("allOf"))
                            .as(name + " " + status)
                            .isFalse();
                }
            }
        });
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
}
