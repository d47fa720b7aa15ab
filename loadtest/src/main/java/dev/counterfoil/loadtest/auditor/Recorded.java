package dev.counterfoil.loadtest.auditor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transaction's data and result, parsed. Every reader throws {@link Malformed} where the text is not of its form. */
record Recorded(long sequence, JsonNode data, JsonNode result) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    /** The text is not what a transaction looks like. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    static Recorded parse(long sequence, String data, String result) {
        try {
            return new Recorded(sequence, JSON.readTree(data), JSON.readTree(result));
        } catch (JsonProcessingException e) {
            // Not its message, which quotes the text.
            throw new Malformed("data or result is not JSON");
        }
    }

    String type() {
        return field("type");
    }

    String client() {
        return field("client");
    }

    String key() {
        return field("idem");
    }

    String fingerprint() {
        return field("fp");
    }

    long atMs() {
        return whole(result.path("at"));
    }

    /** A text of the request, null where it has none. */
    @Nullable
    String requested(String name) {
        return data.path("request").path(name).textValue();
    }

    Iterator<JsonNode> legs() {
        return array(data.path("legs")).elements();
    }

    Iterator<JsonNode> results() {
        return array(result.path("legs")).elements();
    }

    /** How many legs are of {@code kind}. */
    int count(String kind) {
        int count = 0;
        for (JsonNode leg : data.path("legs")) {
            if (leg.path(0).asText().equals(kind)) {
                count++;
            }
        }
        return count;
    }

    /** What the lines cost in {@code asset}. */
    long price(String asset) {
        long price = 0;
        for (JsonNode line : data.path("request").path("lines")) {
            long one = whole(line.path("prices").path(asset));
            price = Math.addExact(price, Math.multiplyExact(whole(line.path("quantity")), one));
        }
        return price;
    }

    /** What each line asks for in the asset that it says it is paid in; of an order without lines, its amount. */
    List<Long> asked() {
        List<Long> asked = new ArrayList<>();
        for (JsonNode line : data.path("request").path("lines")) {
            String asset = line.path("asset").asText();
            asked.add(Math.multiplyExact(
                    whole(line.path("quantity")), whole(line.path("prices").path(asset))));
        }
        return asked.isEmpty() ? List.of(whole(data.path("request").path("amount"))) : asked;
    }

    /** How many of each item the lines name. */
    Map<String, Long> quantities() {
        Map<String, Long> quantities = new HashMap<>();
        for (JsonNode line : data.path("request").path("lines")) {
            quantities.merge(line.path("item").asText(), whole(line.path("quantity")), Math::addExact);
        }
        return quantities;
    }

    /** How many of an item the lines name. */
    long quantity(String sku) {
        long quantity = 0;
        for (JsonNode line : data.path("request").path("lines")) {
            if (line.path("item").asText().equals(sku)) {
                quantity += whole(line.path("quantity"));
            }
        }
        return quantity;
    }

    static String text(JsonNode array, int index) {
        String text = array.path(index).textValue();
        if (text == null) {
            throw new Malformed("element " + index + " of a leg is not a text");
        }
        return text;
    }

    static long whole(JsonNode array, int index) {
        return whole(array.path(index));
    }

    private static long whole(JsonNode number) {
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw new Malformed("a whole number is missing");
        }
        return number.longValue();
    }

    private static JsonNode array(JsonNode node) {
        if (!node.isArray()) {
            throw new Malformed("legs are missing");
        }
        return node;
    }

    private String field(String name) {
        String text = data.path(name).textValue();
        if (text == null) {
            throw new Malformed(name + " is missing");
        }
        return text;
    }
}
