package dev.counterfoil.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.Json;
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
import java.util.concurrent.ConcurrentHashMap;

/** {@code openapi.yaml}, against which tests hold what the gateway answers. */
public final class Contract {
    /** The document; read once. */
    public static final Contract OPENAPI = new Contract();

    private final JsonObject document;
    private final Map<String, Validator> validators = new ConcurrentHashMap<>();

    private Contract() {
        try (InputStream in = Contract.class.getResourceAsStream(OpenApiDocument.RESOURCE)) {
            JsonNode tree = new YAMLMapper().readTree(in);
            document = new JsonObject(tree.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonObject document() {
        return document;
    }

    /**
     * What of the answer the contract does not allow; empty when it is as it should be, or when the path is none of the
     * contract's. A body of several lines is checked line by line.
     */
    public List<String> violations(String method, String path, int status, String contentType, String body) {
        String template = template(path);
        if (template == null || status == 204) {
            return List.of();
        }
        JsonObject operation = paths().getJsonObject(template).getJsonObject(method.toLowerCase(Locale.ROOT));
        JsonObject response = operation == null ? null : resolved(operation.getJsonObject("responses"), "" + status);
        if (status == 405) {
            response = components("responses").getJsonObject("MethodNotAllowed");
        }
        String what = method + " " + template + " " + status;
        if (response == null) {
            return List.of(what + " is not in the contract: " + body);
        }
        String type = contentType.replaceAll(";.*", "").strip();
        JsonObject media = response.getJsonObject("content").getJsonObject(type);
        if (media == null) {
            return List.of(what + " with " + contentType + " is not in the contract");
        }
        if (!type.endsWith("json")) {
            return List.of();
        }
        List<String> violations = new ArrayList<>();
        String[] values = type.equals("application/x-ndjson") ? body.split("\n") : new String[] {body};
        for (String value : values) {
            violations.addAll(violations(what, media.getJsonObject("schema"), Json.decodeValue(value)));
        }
        return violations;
    }

    /** What {@code schema}, of this document, does not allow of {@code value}. */
    List<String> violations(String what, JsonObject schema, Object value) {
        Validator validator = validators.computeIfAbsent(schema.encode(), text -> validator(new JsonObject(text)));
        OutputUnit result = validator.validate(value);
        List<String> violations = new ArrayList<>();
        if (!Boolean.TRUE.equals(result.getValid())) {
            List<OutputUnit> errors = result.getErrors() == null ? List.of(result) : result.getErrors();
            errors.forEach(error -> violations.add(
                    what + " at " + error.getInstanceLocation() + ": " + error.getError() + " in " + value));
        }
        return violations;
    }

    private Validator validator(JsonObject schema) {
        JsonObject root = schema.copy()
                .put(
                        "components",
                        new JsonObject().put("schemas", components("schemas").copy()));
        return Validator.create(
                JsonSchema.of(root),
                new JsonSchemaOptions()
                        .setBaseUri("https://counterfoil.dev")
                        .setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic));
    }

    JsonObject paths() {
        return document.getJsonObject("paths");
    }

    JsonObject components(String kind) {
        return document.getJsonObject("components").getJsonObject(kind);
    }

    /** The member, or what its {@code $ref} names. */
    JsonObject resolved(JsonObject parent, String name) {
        JsonObject found = parent.getJsonObject(name);
        if (found == null || !found.containsKey("$ref")) {
            return found;
        }
        JsonObject target = document;
        for (String step : found.getString("$ref").substring(2).split("/")) {
            target = target.getJsonObject(step);
        }
        return target;
    }

    private String template(String path) {
        String plain = path.replaceAll("\\?.*", "");
        if (paths().containsKey(plain)) {
            return plain;
        }
        for (String template : paths().fieldNames()) {
            if (plain.matches(template.replaceAll("\\{[a-z_]+}", "[^/]+"))) {
                return template;
            }
        }
        return null;
    }
}
