package dev.counterfoil.ledger;

import io.vertx.core.json.JsonArray;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of a redemption since it was posted.
 *
 * @param status {@code held}, {@code posted}, {@code released} or {@code expired}
 * @param closed by part, what returned when its hold was captured; empty where it was not
 * @param returned by part, what was given back in all; empty where nothing ever followed
 */
public record Became(String status, Map<String, Long> closed, Map<String, Long> returned) {
    /** Nothing followed. */
    public static final Became POSTED = new Became("posted", Map.of(), Map.of());

    /** Its hold is open. */
    public static final Became HELD = new Became("held", Map.of(), Map.of());

    private static final String CAPTURED = "c:";

    public Became {
        closed = Map.copyOf(closed);
        returned = Map.copyOf(returned);
    }

    /**
     * Reads the state that is kept with a count.
     *
     * @param state empty, {@code r}, {@code x}, or {@code c:} and what returned at the capture, by the order of the parts' names
     */
    public static Became of(String state, SortedMap<String, Long> returned) {
        if (state.startsWith(CAPTURED)) {
            String[] amounts = state.substring(CAPTURED.length()).split(",");
            Map<String, Long> closed = new HashMap<>();
            int at = 0;
            for (String part : returned.keySet()) {
                closed.put(part, Long.valueOf(amounts[at++]));
            }
            return new Became("posted", closed, returned);
        }
        return new Became(
                switch (state) {
                    case "" -> "posted";
                    case "r" -> "released";
                    case "x" -> "expired";
                    default -> throw new IllegalStateException("state: " + state);
                },
                Map.of(),
                returned);
    }

    /** What a step made of the redemption that it followed; the step is as journaled. */
    public static Became by(JournaledTransaction step) {
        JsonArray legs = step.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if (leg.getString(0).equals("follow")) {
                SortedMap<String, Long> returned = new TreeMap<>();
                JsonArray after = step.results().getJsonArray(i);
                for (int part = 0; part < after.size(); part++) {
                    returned.put(leg.getString(FollowLeg.JOURNALED_PARTS + 3 * part), after.getLong(part));
                }
                return of(leg.getString(3), returned);
            }
        }
        throw new IllegalStateException("transaction " + step.sequence() + " follows none");
    }

    /** The state of a hold that was captured while {@code returned} went back. */
    public static String captured(SortedMap<String, Long> returned) {
        StringBuilder state = new StringBuilder(CAPTURED);
        returned.values()
                .forEach(amount -> state.append(state.length() > CAPTURED.length() ? "," : "")
                        .append(amount));
        return state.toString();
    }

    /** Whether its hold was captured, whole or in part. */
    public boolean wasCaptured() {
        return !closed.isEmpty();
    }
}
