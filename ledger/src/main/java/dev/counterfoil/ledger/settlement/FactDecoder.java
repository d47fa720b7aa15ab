package dev.counterfoil.ledger.settlement;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads journal records token by token: no tree is built, and what the books do not index is skipped. */
final class FactDecoder {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int HASH_BYTES = 16;

    /** 2000 and 2200: a time beyond them is none, and would bring a partition of its own. */
    private static final long EARLIEST_MS = 946_684_800_000L;

    private static final long LATEST_MS = 7_258_118_400_000L;

    private final JournalRecord record;
    private @Nullable String type;
    private @Nullable String client;
    private @Nullable String idem;
    private @Nullable String fingerprint;
    private @Nullable String account;
    private @Nullable String reference;
    private long atMs;
    private List<LegValues> legs = List.of();
    private List<LegValues> results = List.of();

    private FactDecoder(JournalRecord record) {
        this.record = record;
    }

    /**
     * Decodes one record.
     *
     * @throws JournalFault if a text is not the JSON of the journal, or has a leg that this version does not know
     */
    static Fact decode(JournalRecord record) {
        FactDecoder decoder = new FactDecoder(record);
        try {
            decoder.readData();
            decoder.readResult();
        } catch (IOException e) {
            // The cause is dropped: it quotes the text.
            throw decoder.malformed("not the journal's JSON");
        }
        return decoder.fact();
    }

    /** What a record moves, as far as it can be read: also of one that is not the journal's JSON. */
    static Set<String> touched(JournalRecord record) {
        FactDecoder decoder = new FactDecoder(record);
        for (Part part : List.<Part>of(decoder::readData, decoder::readResult)) {
            try {
                part.read();
            } catch (IOException | JournalFault unreadable) {
                continue;
            }
        }
        return TouchedObjects.of(record.sequence(), decoder.legs, decoder.results);
    }

    private interface Part {
        void read() throws IOException;
    }

    private Fact fact() {
        if (legs.isEmpty() || legs.size() != results.size() || atMs < EARLIEST_MS || atMs > LATEST_MS) {
            throw malformed(legs.size() + " legs, " + results.size() + " results, at " + atMs);
        }
        for (LegValues leg : legs) {
            if (!FactRows.KINDS.contains(leg.text(0))) {
                throw JournalFault.newer(record.sequence(), "the leg " + leg.text(0));
            }
        }
        return new Fact(
                record,
                atMs,
                required("type", type),
                required("client", client),
                hash("idem", idem),
                hash("fp", fingerprint),
                account,
                reference,
                legs,
                results);
    }

    private void readData() throws IOException {
        try (JsonParser json = JSON.createParser(record.data())) {
            begin(json);
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (name) {
                    case "type" -> type = json.getText();
                    case "client" -> client = json.getText();
                    case "idem" -> idem = json.getText();
                    case "fp" -> fingerprint = json.getText();
                    case "request" -> readRequest(json, value);
                    case "legs" -> legs = arrays(json, value);
                    default -> json.skipChildren();
                }
            }
        }
    }

    private void readRequest(JsonParser json, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            throw malformed("request is not an object");
        }
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            String text = value == JsonToken.VALUE_STRING ? json.getText() : null;
            switch (name) {
                case "account" -> account = text;
                case "reference" -> reference = text;
                default -> {}
            }
            json.skipChildren();
        }
    }

    private void readResult() throws IOException {
        try (JsonParser json = JSON.createParser(record.result())) {
            begin(json);
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (name) {
                    case "at" -> atMs = json.getLongValue();
                    case "legs" -> results = arrays(json, value);
                    default -> json.skipChildren();
                }
            }
        }
    }

    private void begin(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw malformed("not an object");
        }
    }

    private List<LegValues> arrays(JsonParser json, JsonToken start) throws IOException {
        if (start != JsonToken.START_ARRAY) {
            throw malformed("legs is not an array");
        }
        List<LegValues> arrays = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_ARRAY) {
            List<Object> values = new ArrayList<>(12);
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                values.add(scalar(json, token));
            }
            arrays.add(new LegValues(record.sequence(), values));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw malformed("a leg is not an array");
        }
        return arrays;
    }

    private Object scalar(JsonParser json, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return json.getLongValue();
        }
        throw malformed("a leg holds neither text nor integer");
    }

    private String required(String name, @Nullable String value) {
        if (value == null) {
            throw malformed("no " + name);
        }
        return value;
    }

    private byte[] hash(String name, @Nullable String value) {
        try {
            byte[] hash = Base64.getUrlDecoder().decode(required(name, value));
            if (hash.length == HASH_BYTES) {
                return hash;
            }
        } catch (IllegalArgumentException e) {
            throw malformed(name + " is not base64url");
        }
        throw malformed(name + " has not " + HASH_BYTES + " bytes");
    }

    private JournalFault malformed(String what) {
        return JournalFault.malformed(record.sequence(), what, null);
    }
}
