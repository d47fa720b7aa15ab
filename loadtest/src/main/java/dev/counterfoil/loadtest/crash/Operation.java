package dev.counterfoil.loadtest.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that a client wants done once, under one idempotency key, and what it was told about it so far. Used by one
 * thread at a time.
 */
final class Operation {
    enum Kind {
        REDEEM,
        HOLD,
        CAPTURE,
        RELEASE,
        REVERSE;

        /** Whether it follows a redemption rather than being one. */
        boolean isStep() {
            return this == CAPTURE || this == RELEASE || this == REVERSE;
        }

        /** As the books call its transaction. */
        String type() {
            return switch (this) {
                case REDEEM, HOLD -> "redemption";
                case CAPTURE -> "capture";
                case RELEASE -> "release";
                case REVERSE -> "reversal";
            };
        }
    }

    enum State {
        /** No final answer yet. */
        OPEN,
        POSTED,
        REFUSED,
        /** An answer that the contract does not allow here. */
        WRONG
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_SHOWN = 300;

    private final Kind kind;
    private final String key;
    private final String body;
    private final @Nullable Operation origin;
    private final Set<String> refusals;
    private volatile State state = State.OPEN;
    private boolean underWay;
    private boolean unknown;
    private String answer = "";
    private @Nullable JsonNode parsed;
    private boolean cold;

    /**
     * @param key also the reference of a redemption, by which the books are searched
     * @param origin the redemption that a step follows
     * @param refusals codes with which this may be refused
     */
    Operation(Kind kind, String key, String body, @Nullable Operation origin, Set<String> refusals) {
        this.kind = kind;
        this.key = key;
        this.body = body;
        this.origin = origin;
        this.refusals = Set.copyOf(refusals);
    }

    Kind kind() {
        return kind;
    }

    String key() {
        return key;
    }

    String body() {
        return body;
    }

    State state() {
        return state;
    }

    /** Whether the last answer was that the cell is cold. */
    boolean isCold() {
        return cold;
    }

    /** The body of the final answer, or what was wrong. */
    String answer() {
        return answer;
    }

    /** The redemption that it follows. */
    Operation origin() {
        if (origin == null) {
            throw new IllegalStateException(key + " follows nothing");
        }
        return origin;
    }

    /** The final answer. */
    JsonNode json() {
        if (parsed == null) {
            throw new IllegalStateException(key + " has no answer");
        }
        return parsed;
    }

    /** The id in the answer: of the redemption, also of one that a capture or release ended; of the reversal. */
    String id() {
        return json().path("id").asText();
    }

    /** Below {@code /v1/programs/<program>/}. */
    String path() {
        return kind.isStep()
                ? "redemptions/" + origin().id() + "/" + (kind == Kind.REVERSE ? "reverse" : kind.type())
                : "redemptions";
    }

    /** An attempt that may have reached the ledger and got no answer. */
    void unanswered() {
        underWay = true;
        unknown = true;
    }

    /** An attempt that was answered. */
    void answered(int status, String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (IOException e) {
            finish(State.WRONG, status + " " + text, null);
            return;
        }
        String code = json.path("code").asText();
        cold = code.equals("ledger_cold");
        if (status == (kind == Kind.CAPTURE || kind == Kind.RELEASE ? 200 : 201)) {
            finish(State.POSTED, text, json);
        } else if (status == 503 || status == 429) {
            if (code.equals("outcome_unknown")) {
                unanswered();
            }
        } else if (!refusals.contains(code)) {
            finish(State.WRONG, status + " " + text, json);
        } else if (!underWay || !json.path("retryable").asBoolean()) {
            finish(State.REFUSED, text, json);
        }
        // Else an earlier attempt may still be on its way, and post: only its silence makes this refusal final.
    }

    /** No earlier attempt is on its way any more: from here on any refusal is final. */
    void quiet() {
        underWay = false;
    }

    /** Whether it was ever unknown and then got its final answer. */
    boolean wasResolved() {
        return unknown && state != State.OPEN;
    }

    private void finish(State next, String text, @Nullable JsonNode json) {
        answer = next == State.WRONG && text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) : text;
        parsed = json;
        state = next;
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + key;
    }
}
