package dev.counterfoil.loadtest.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a client would write down from the answers that it got, and from nothing else: what was spent from each card and sold
 * of each item. Safe for use by several threads.
 */
final class ClientBooks {
    private final Map<String, Long> spent = new ConcurrentHashMap<>();
    private final Map<String, Long> sold = new ConcurrentHashMap<>();
    private final Map<String, Long> stocked = new ConcurrentHashMap<>();
    private final List<Operation> remembered = new ArrayList<>();

    void stocked(String sku, long units) {
        stocked.merge(sku, units, Long::sum);
    }

    /** Writes down a posted operation; to be called once for each. */
    void posted(Operation operation) {
        switch (operation.kind()) {
            case REDEEM, HOLD -> move(operation, 1);
            case RELEASE, REVERSE -> move(operation.origin(), -1);
            case CAPTURE -> {
                // What it spends left the card when it was set aside.
            }
        }
    }

    private void move(Operation redemption, int sign) {
        for (JsonNode payment : redemption.json().path("payments")) {
            String card = payment.path("card").path("id").asText();
            spent.merge(card, sign * payment.path("amount").path("value").asLong(), Long::sum);
        }
        for (JsonNode line : redemption.json().path("lines")) {
            if (line.has("item")) {
                sold.merge(
                        line.path("item").asText(), sign * line.path("quantity").asLong(), Long::sum);
            }
        }
    }

    /** What was spent from the card with this id in the API. */
    long spent(String card) {
        return spent.getOrDefault(card, 0L);
    }

    /** The units that should be there, by item that was stocked here. */
    Map<String, Long> units() {
        Map<String, Long> units = new ConcurrentHashMap<>();
        stocked.forEach((sku, all) -> units.put(sku, all - sold.getOrDefault(sku, 0L)));
        return units;
    }

    /** Keeps some answers, to be asked for again in later rounds. */
    synchronized void remember(List<Operation> answered) {
        remembered.addAll(answered);
    }

    synchronized List<Operation> remembered() {
        return List.copyOf(remembered);
    }
}
