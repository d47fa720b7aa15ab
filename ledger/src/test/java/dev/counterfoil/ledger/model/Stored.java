package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.CardState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A value that a cell holds under a key, with its text as {@link TrialCell#contents} gives it. */
interface Stored {
    String text();

    /** When the value goes by itself, 0 = never. */
    default long expiresAtMs() {
        return 0;
    }

    /** A card; its text names the fields as they stand in the cell. */
    record StoredCard(
            String apiId,
            String number,
            String typeToken,
            long balance,
            CardState state,
            long cardExpiresAtMs,
            long held,
            @Nullable String owner)
            implements Stored {
        boolean expired(long nowMs) {
            return cardExpiresAtMs > 0 && cardExpiresAtMs <= nowMs;
        }

        StoredCard with(long newBalance, CardState newState) {
            return new StoredCard(apiId, number, typeToken, newBalance, newState, cardExpiresAtMs, held, owner);
        }

        StoredCard until(long newExpiresAtMs) {
            return new StoredCard(apiId, number, typeToken, balance, state, newExpiresAtMs, held, owner);
        }

        StoredCard holding(long newHeld) {
            return new StoredCard(apiId, number, typeToken, balance, state, cardExpiresAtMs, newHeld, owner);
        }

        StoredCard ownedBy(String newOwner) {
            return new StoredCard(apiId, number, typeToken, balance, state, cardExpiresAtMs, held, newOwner);
        }

        @Override
        public String text() {
            SortedMap<String, Object> fields = new TreeMap<>();
            fields.put("b", balance);
            fields.put("t", typeToken);
            fields.put("c", apiId);
            fields.put("n", number);
            if (state != CardState.ACTIVE) {
                fields.put("s", state.letter());
            }
            if (cardExpiresAtMs > 0) {
                fields.put("x", cardExpiresAtMs);
            }
            if (held > 0) {
                fields.put("h", held);
            }
            if (owner != null) {
                fields.put("o", owner);
            }
            return fields.toString();
        }
    }

    /** Fields by name, as they stand in the cell; none of them is as good as no value. */
    record Fields(Map<String, String> fields) implements Stored {
        Fields with(FieldChange change) {
            Map<String, String> changed = new TreeMap<>(fields);
            change.fields().forEach((field, value) -> {
                if (value.isEmpty()) {
                    changed.remove(field);
                } else {
                    changed.put(field, value);
                }
            });
            return new Fields(changed);
        }

        @Override
        public String text() {
            return new TreeMap<>(fields).toString();
        }
    }

    /** Sets some fields of the value under {@code key}; an empty one is taken away. */
    record FieldChange(String key, Map<String, String> fields) implements Stored {
        @Override
        public String text() {
            throw new IllegalStateException("a change is not stored");
        }
    }

    /** Units of an item. */
    record Units(long units) implements Stored {
        @Override
        public String text() {
            return "{u=" + units + "}";
        }
    }

    /** A pool of codes, oldest first. */
    record Pool(List<String> codes) implements Stored {
        @Override
        public String text() {
            return codes.toString();
        }
    }

    /** A quota's counter. */
    record Counter(long used, long expiresAtMs) implements Stored {
        @Override
        public String text() {
            return used + (expiresAtMs > 0 ? " until " + expiresAtMs : "");
        }
    }

    /** What was given back of a transaction, by part. */
    record Followed(String state, Map<String, Long> counts, long expiresAtMs) implements Stored {
        @Override
        public String text() {
            SortedMap<String, Object> fields = new TreeMap<>();
            counts.forEach((part, count) -> fields.put("r:" + part, count));
            fields.put("s", state);
            return fields + " until " + expiresAtMs;
        }
    }

    /** What was answered under a key: {@code P} and the sequence, or {@code R} and the refusal. */
    record Answered(String fingerprint, String answer, long expiresAtMs) implements Stored {
        @Override
        public String text() {
            return fingerprint + answer;
        }
    }
}
