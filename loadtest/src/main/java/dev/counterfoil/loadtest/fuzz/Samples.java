package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Draws values that an operation takes: by the contract's examples and schemas, with names that the world knows. */
final class Samples {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEEPEST = 6;

    private final Contract contract;
    private final World world;

    Samples(Contract contract, World world) {
        this.contract = contract;
        this.world = world;
    }

    /** A body of {@code route}, which takes one. */
    String body(Route route, RandomGenerator random) {
        if (!route.bodyType().endsWith("json") || route.bodyType().contains("ndjson")) {
            return lines(route, random);
        }
        JsonNode value = route.examples().isEmpty() || random.nextInt(5) == 0
                ? sample(route.schema(), "", random, 0)
                : known(parsed(pick(route.examples(), random)), "", random);
        if (value instanceof ObjectNode object) {
            settle(object, route.schema(), random);
        }
        return value.toString();
    }

    private String lines(Route route, RandomGenerator random) {
        StringBuilder lines = new StringBuilder();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            lines.append(sample(route.schema(), "", random, 0)).append('\n');
        }
        return lines.toString();
    }

    /** What would be refused in most combinations is left out; what moves money in more ways is added. */
    private static void settle(ObjectNode object, JsonNode schema, RandomGenerator random) {
        if (object.has("expected_total") && random.nextInt(10) > 0) {
            JsonNode unused = object.remove("expected_total");
        }
        if (schema.path("properties").has("hold") && random.nextInt(3) == 0) {
            object.set("hold", NODES.objectNode().put("seconds", 60 + random.nextInt(600)));
        }
        if (object.has("number") && object.has("from")) {
            JsonNode unused = object.remove("number");
        }
    }

    /** A value of {@code schema} for a member or a parameter called {@code name}. */
    JsonNode sample(JsonNode reference, String name, RandomGenerator random, int depth) {
        JsonNode schema = contract.resolve(reference);
        JsonNode word = world.word(name, schema, random);
        if (word != null) {
            return word;
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.path("enum").size() > 0) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
        }
        for (String choice : new String[] {"oneOf", "anyOf"}) {
            if (schema.path(choice).size() > 0 && !schema.has("properties")) {
                return sample(
                        schema.get(choice).get(random.nextInt(schema.get(choice).size())), name, random, depth);
            }
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? type.path(0).asText() : type.asText(schema.has("properties") ? "object" : "")) {
            case "object" -> object(schema, random, depth);
            case "array" -> array(schema, name, random, depth);
            case "integer", "number" ->
                NODES.numberNode(Math.max(schema.path("minimum").asLong(1), 1) + random.nextInt(20));
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            default -> text(schema, random);
        };
    }

    private JsonNode object(JsonNode schema, RandomGenerator random, int depth) {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
            boolean required = contains(schema.path("required"), each.getKey());
            if (depth < DEEPEST && (required || random.nextInt(3) == 0)) {
                object.set(each.getKey(), sample(each.getValue(), each.getKey(), random, depth + 1));
            }
        }
        pairUp(object, random);
        return object;
    }

    private JsonNode array(JsonNode schema, String name, RandomGenerator random, int depth) {
        ArrayNode array = NODES.arrayNode();
        int count =
                (int) Math.min(1 + random.nextInt(3), schema.path("maxItems").asLong(3));
        for (int i = 0; i < count && depth < DEEPEST; i++) {
            array.add(sample(schema.path("items"), name, random, depth + 1));
        }
        return array;
    }

    private static JsonNode text(JsonNode schema, RandomGenerator random) {
        if (schema.path("format").asText().equals("date-time")) {
            return NODES.textNode("20%02d-0%d-01T00:00:00Z".formatted(20 + random.nextInt(20), 1 + random.nextInt(9)));
        }
        String prefix = schema.path("pattern").asText().replaceAll("^\\^?([a-z]+_)?.*$", "$1");
        int length = (int) Math.min(schema.path("maxLength").asLong(16), 16);
        return NODES.textNode((prefix + Long.toString(random.nextLong(1L << 50), 36) + "0000000000000000")
                .substring(0, Math.max(length, 1)));
    }

    /** An example, with values of this world where it has names for them. */
    private JsonNode known(JsonNode example, String name, RandomGenerator random) {
        if (example instanceof ObjectNode object) {
            ObjectNode changed = NODES.objectNode();
            object.properties()
                    .forEach(each -> changed.set(each.getKey(), known(each.getValue(), each.getKey(), random)));
            pairUp(changed, random);
            return changed;
        }
        if (example instanceof ArrayNode array) {
            ArrayNode changed = NODES.arrayNode();
            array.forEach(each -> changed.add(known(each, name, random)));
            return changed;
        }
        JsonNode word = world.word(name, example, random);
        return word == null ? example : word;
    }

    /** A number belongs to its secret, and a range begins before it ends. */
    private void pairUp(ObjectNode object, RandomGenerator random) {
        if (object.path("secret").isTextual() && object.has("number")) {
            object.put("number", world.numberOf(object.get("secret").textValue()));
        }
        if (object.has("from") && object.has("to")) {
            int first = random.nextInt(World.SPARES - 3);
            object.put("from", world.spareNumber(first)).put("to", world.spareNumber(first + random.nextInt(3)));
        }
    }

    private static JsonNode parsed(String example) {
        try {
            return JSON.readTree(example);
        } catch (IOException e) {
            throw new IllegalStateException("an example of openapi.yaml is no JSON: " + example, e);
        }
    }

    private static boolean contains(JsonNode names, String name) {
        for (JsonNode each : names) {
            if (each.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Texts, of which none may have a bar, separated by bars. */
    static List<String> words(String separated) {
        return List.of(separated.split("\\|", -1));
    }

    static <T> T pick(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
