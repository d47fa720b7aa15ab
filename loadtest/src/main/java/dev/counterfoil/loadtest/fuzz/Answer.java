package dev.counterfoil.loadtest.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One final response.
 *
 * @param headers by names in small letters
 * @param closes whether the connection ends with it
 */
record Answer(int status, Map<String, List<String>> headers, byte[] body, boolean closes) {
    String header(String name) {
        List<String> values = headers.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.get(0);
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** All of it, to look for what must not be there. */
    String everything() {
        return headers + "\n" + text();
    }
}
