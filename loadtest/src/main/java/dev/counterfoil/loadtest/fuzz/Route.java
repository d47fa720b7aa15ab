package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * One operation of the contract.
 *
 * @param method in capitals
 * @param template the path, with {@code {names}}
 * @param bodyType the media type of its body; empty: it takes none
 * @param schema of its body; missing where it takes none
 * @param examples of its body, as text
 * @param statuses that the contract names for it
 */
record Route(
        String method,
        String template,
        List<Parameter> parameters,
        String bodyType,
        boolean bodyRequired,
        JsonNode schema,
        List<String> examples,
        Set<Integer> statuses) {

    /** One in the path, the query or a header ({@code in}); the schema is resolved, an example that is missing is empty. */
    record Parameter(String name, String in, boolean required, JsonNode schema, String example) {}

    /** Whether it needs a key and may leave its outcome unknown. */
    boolean movesValue() {
        return parameters.stream().anyMatch(each -> each.name().equals("Idempotency-Key"));
    }

    /** What {@code {name}} is one of: the segment before it, such as {@code cards}. */
    String collection(String name) {
        String before = template.substring(0, template.indexOf("{" + name + "}") - 1);
        return before.substring(before.lastIndexOf('/') + 1);
    }

    /** What it answers: the last segment that is no name, {@code redemptions} of {@code …/redemptions/{id}/capture} too. */
    String answers() {
        int last = template.lastIndexOf("/{");
        if (last > 0 && template.substring(last).matches("/\\{(?!program)[^}]*}.*")) {
            String before = template.substring(0, last);
            return before.substring(before.lastIndexOf('/') + 1);
        }
        String[] segments = template.split("/");
        return segments.length > 4 ? segments[4] : segments[segments.length - 1];
    }

    @Override
    public String toString() {
        return method + " " + template;
    }
}
