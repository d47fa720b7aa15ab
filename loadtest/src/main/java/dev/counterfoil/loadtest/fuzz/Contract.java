package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The gateway's own description of its operations: what it gains there is fuzzed without a change here. */
final class Contract {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete", "head", "options");
    private static final int MOST_REFERENCES = 16;

    private final JsonNode document;
    private final List<Route> routes = new ArrayList<>();

    private Contract(JsonNode document) {
        this.document = document;
    }

    /** Of an OpenAPI document in YAML. */
    static Contract parse(String yaml) throws IOException {
        Contract contract;
        try {
            contract = new Contract(new ObjectMapper(new YAMLFactory()).readTree(yaml));
        } catch (JsonProcessingException e) {
            throw new IOException("openapi.yaml cannot be read: " + e.getOriginalMessage(), e);
        }
        for (Map.Entry<String, JsonNode> path : contract.document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (METHODS.contains(operation.getKey())) {
                    contract.routes.add(contract.route(path.getKey(), path.getValue(), operation));
                }
            }
        }
        if (contract.routes.isEmpty()) {
            throw new IOException("openapi.yaml names no operation");
        }
        return contract;
    }

    List<Route> routes() {
        return List.copyOf(routes);
    }

    /** What {@code node} stands for. */
    JsonNode resolve(JsonNode node) {
        JsonNode resolved = node;
        for (int i = 0; i < MOST_REFERENCES && resolved.path("$ref").isTextual(); i++) {
            resolved = document.at(resolved.path("$ref").textValue().substring(1));
        }
        return resolved;
    }

    private Route route(String template, JsonNode path, Map.Entry<String, JsonNode> operation) {
        List<Route.Parameter> parameters = new ArrayList<>();
        for (JsonNode each : path.path("parameters")) {
            parameters.add(parameter(each));
        }
        for (JsonNode each : operation.getValue().path("parameters")) {
            parameters.add(parameter(each));
        }
        Set<Integer> statuses = new TreeSet<>();
        operation.getValue().path("responses").fieldNames().forEachRemaining(status -> {
            if (status.matches("\\d{3}")) {
                statuses.add(Integer.parseInt(status));
            }
        });
        JsonNode body = resolve(operation.getValue().path("requestBody"));
        Map.Entry<String, JsonNode> content =
                body.path("content").properties().stream().findFirst().orElse(Map.entry("", MissingNode.getInstance()));
        JsonNode schema = resolve(content.getValue().path("schema"));
        // Of a body that is a text of lines, a line's.
        JsonNode lines = resolve(content.getValue().path("x-itemSchema"));
        return new Route(
                operation.getKey().toUpperCase(Locale.ROOT),
                template,
                List.copyOf(parameters),
                content.getKey(),
                body.path("required").asBoolean(),
                lines.isMissingNode() ? schema : lines,
                examples(content.getValue()),
                statuses);
    }

    private Route.Parameter parameter(JsonNode reference) {
        JsonNode parameter = resolve(reference);
        return new Route.Parameter(
                parameter.path("name").asText(),
                parameter.path("in").asText(),
                parameter.path("required").asBoolean(),
                resolve(parameter.path("schema")),
                parameter.path("example").asText());
    }

    private List<String> examples(JsonNode content) {
        List<JsonNode> found = new ArrayList<>();
        if (content.has("example")) {
            found.add(content.get("example"));
        }
        content.path("examples").forEach(each -> found.add(resolve(each).path("value")));
        resolve(content.path("schema")).path("examples").forEach(found::add);
        return found.stream()
                .filter(each -> !each.isMissingNode())
                .map(each -> each.isTextual() ? each.textValue() : each.toString())
                .toList();
    }
}
