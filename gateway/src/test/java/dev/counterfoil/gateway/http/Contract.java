package dev.counterfoil.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * {@code openapi.yaml}, as tests read it: more strictly than clients do, since v1 tells those to ignore what they do not know. In
 * an answer an unknown field is a violation here.
 */
public final class Contract {
    /** The document; read once. */
    public static final Contract OPENAPI = new Contract();

    private static final String EVERY_PATH = "x-every-path";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private final JsonObject document;
    private final JsonObject schemas;
    private final JsonObject closedSchemas;
    private final Map<String, Validator> validators = new ConcurrentHashMap<>();

    private Contract() {
        try (InputStream in = Contract.class.getResourceAsStream(OpenApiDocument.RESOURCE)) {
            JsonNode tree = new YAMLMapper().readTree(in);
            document = new JsonObject(tree.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        schemas = components("schemas");
        closedSchemas = (JsonObject) closed(schemas);
    }

    JsonObject document() {
        return document;
    }

    JsonObject paths() {
        return document.getJsonObject("paths");
    }

    JsonObject components(String kind) {
        return document.getJsonObject("components").getJsonObject(kind);
    }

    /** The answers that every path gives to a method that it does not take, by status. */
    JsonObject everyPath() {
        return document.getJsonObject(EVERY_PATH);
    }

    /** Each operation, named as {@code GET /v1/programs}. */
    void operations(BiConsumer<String, JsonObject> visit) {
        for (String path : paths().fieldNames()) {
            JsonObject item = paths().getJsonObject(path);
            for (String method : item.fieldNames()) {
                if (METHODS.contains(method)) {
                    visit.accept(method.toUpperCase(Locale.ROOT) + " " + path, item.getJsonObject(method));
                }
            }
        }
    }

    /** The parameters of a path and of one of its operations, each resolved. */
    List<JsonObject> parameters(String template, JsonObject operation) {
        List<JsonObject> all = new ArrayList<>();
        for (JsonObject holder : List.of(paths().getJsonObject(template), operation)) {
            for (Object each : holder.getJsonArray("parameters", new JsonArray())) {
                all.add(resolved((JsonObject) each));
            }
        }
        return all;
    }

    /** The path of the contract that {@code path} is one of; null for none. */
    String template(String path) {
        if (paths().containsKey(path)) {
            return path;
        }
        for (String template : paths().fieldNames()) {
            if (path.matches(template.replaceAll("\\{[a-z_]+}", "[^/]+"))) {
                return template;
            }
        }
        return null;
    }

    /** The member, or what its {@code $ref} names. */
    JsonObject resolved(JsonObject parent, String name) {
        JsonObject found = parent.getJsonObject(name);
        return found == null ? null : resolved(found);
    }

    /** The object, or what its {@code $ref} names. */
    JsonObject resolved(JsonObject object) {
        if (!object.containsKey("$ref")) {
            return object;
        }
        JsonObject target = document;
        for (String step : object.getString("$ref").substring(2).split("/")) {
            target = target.getJsonObject(step);
        }
        return target;
    }

    /** What {@code schema}, of this document, does not allow of a value that a client sends. */
    List<String> violations(String what, JsonObject schema, Object value) {
        return violations(what, schema, schemas, value);
    }

    /** What {@code schema}, of this document, does not allow of a value that the gateway sends. */
    List<String> answerViolations(String what, JsonObject schema, Object value) {
        return violations(what, (JsonObject) closed(schema), closedSchemas, value);
    }

    /** What a media type of this document does not allow of a body; of lines, each is checked. */
    List<String> bodyViolations(String what, String type, JsonObject media, String body, boolean answer) {
        boolean lines = type.endsWith("ndjson");
        if (!lines && !type.endsWith("json")) {
            return List.of();
        }
        JsonObject schema = media.getJsonObject(lines ? "x-itemSchema" : "schema");
        List<String> violations = new ArrayList<>();
        for (String text : lines ? body.split("\n") : new String[] {body}) {
            Object value = Json.decodeValue(text);
            violations.addAll(answer ? answerViolations(what, schema, value) : violations(what, schema, value));
        }
        return violations;
    }

    /** What {@code schema} does not allow of a text that stands in a path, a query or a header. */
    List<String> textViolations(String what, JsonObject schema, String text) {
        boolean number = "integer".equals(resolved(schema).getValue("type")) && text.matches("-?[0-9]{1,18}");
        return violations(what, schema, number ? (Object) Long.valueOf(text) : text);
    }

    private List<String> violations(String what, JsonObject schema, JsonObject known, Object value) {
        Validator validator = validators.computeIfAbsent(
                (known == schemas ? "sent " : "answered ") + schema.encode(), text -> validator(schema, known));
        OutputUnit result = validator.validate(value);
        List<String> violations = new ArrayList<>();
        if (!Boolean.TRUE.equals(result.getValid())) {
            List<OutputUnit> errors = result.getErrors() == null ? List.of(result) : result.getErrors();
            errors.forEach(error -> violations.add(
                    what + " at " + error.getInstanceLocation() + ": " + error.getError() + " in " + value));
        }
        return violations;
    }

    private static Validator validator(JsonObject schema, JsonObject known) {
        JsonObject root = schema.copy().put("components", new JsonObject().put("schemas", known.copy()));
        return Validator.create(
                JsonSchema.of(root),
                new JsonSchemaOptions()
                        .setBaseUri("https://counterfoil.dev")
                        .setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic));
    }

    /** The same, but every object that has named fields has no others. */
    private static Object closed(Object schema) {
        if (schema instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(each -> copy.add(closed(each)));
            return copy;
        }
        if (!(schema instanceof JsonObject object)) {
            return schema;
        }
        JsonObject copy = new JsonObject();
        object.forEach(member -> copy.put(member.getKey(), closed(member.getValue())));
        if ("object".equals(object.getValue("type"))
                && object.containsKey("properties")
                && !object.containsKey("additionalProperties")) {
            copy.put("additionalProperties", false);
        }
        return copy;
    }
}
