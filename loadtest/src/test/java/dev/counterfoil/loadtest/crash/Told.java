package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.crash.Operation.Kind;
import java.util.Set;

/** Operations and rows as a round would have seen them, written out by hand. */
final class Told {
    static final long AT = 1_795_248_000_123L;
    static final String CREATED_AT = "2026-11-21T08:00:00.123Z";
    static final String CARD = "card_1";

    private Told() {}

    /** A redemption of two units for 14 fen under {@code key}, told to be posted with {@code sequence}. */
    static Operation redeemed(String key, int sequence) {
        return posted(new Operation(Kind.REDEEM, key, "{}", null, Set.of("insufficient_stock")), 201, sequence);
    }

    static Operation held(String key, int sequence) {
        return posted(new Operation(Kind.HOLD, key, "{}", null, Set.of()), 201, sequence);
    }

    static Operation captured(Operation hold, String key) {
        Operation capture = new Operation(Kind.CAPTURE, key, "{}", hold, Set.of());
        capture.answered(200, hold.answer());
        return capture;
    }

    static Operation released(Operation hold, String key) {
        Operation release = new Operation(Kind.RELEASE, key, "{}", hold, Set.of());
        release.answered(200, hold.answer());
        return release;
    }

    static Operation reversed(Operation redemption, String key, int sequence) {
        return posted(new Operation(Kind.REVERSE, key, "{}", redemption, Set.of()), 201, sequence);
    }

    /** One that nobody has answered. */
    static Operation begun(String key) {
        return new Operation(Kind.REDEEM, key, "{}", null, Set.of("insufficient_stock", "quota_exceeded"));
    }

    static String problem(String code, boolean retryable) {
        return "{\"code\":\"" + code + "\",\"retryable\":" + retryable + "}";
    }

    static Settled.Row row(int sequence, String type, String reference) {
        return new Settled.Row(sequence, type, reference, null, AT);
    }

    static Settled.Row step(int sequence, String type, Operation of) {
        return new Settled.Row(sequence, type, null, of.id(), AT);
    }

    private static Operation posted(Operation operation, int status, int sequence) {
        operation.answered(
                status,
                "{\"id\":\"" + id(sequence) + "\",\"created_at\":\"" + CREATED_AT
                        + "\",\"lines\":[{\"item\":\"crab\",\"quantity\":2}],\"payments\":[{\"card\":{\"id\":\"" + CARD
                        + "\"},\"amount\":{\"value\":14,\"asset\":\"CNY\"}}]}");
        return operation;
    }

    /** Up to 9, whose letters are digits. */
    private static String id(int sequence) {
        return "tx_000000000000" + sequence;
    }
}
