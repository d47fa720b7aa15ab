package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RefusalCodesTest {
    private static final Pattern NAMES = Pattern.compile("(?m)^local ([A-Z_, ]+) = ([0-9]{1,2}(?:, [0-9]{1,2})*)$");
    private static final Pattern PINNED = Pattern.compile("\\[([A-Z_]+)\\] = true");

    private final String script = Script.load("post").text();

    @Test
    void the_scripts_codes_are_those_of_the_enum() {
        Map<String, Integer> inScript = new TreeMap<>();
        NAMES.matcher(script).results().forEach(line -> {
            String[] names = line.group(1).split(", ");
            String[] codes = line.group(2).split(", ");
            assertThat(names).hasSameSizeAs(codes);
            for (int i = 0; i < names.length; i++) {
                inScript.put(names[i], Integer.valueOf(codes[i]));
            }
        });
        Map<String, Integer> inJava = new TreeMap<>();
        for (Refusal refusal : Refusal.values()) {
            if (refusal.code() < 100) {
                inJava.put(refusal.name(), refusal.code());
            }
        }
        assertThat(inScript).isEqualTo(inJava);
    }

    @Test
    void the_script_pins_the_refusals_that_the_enum_calls_pinned() {
        Map<String, Boolean> pinned = new LinkedHashMap<>();
        PINNED.matcher(script).results().forEach(match -> pinned.put(match.group(1), true));
        for (Refusal refusal : Refusal.values()) {
            assertThat(pinned.getOrDefault(refusal.name(), false))
                    .as(refusal.name())
                    .isEqualTo(refusal.pinned());
        }
    }
}
