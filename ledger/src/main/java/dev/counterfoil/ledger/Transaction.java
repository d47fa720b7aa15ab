package dev.counterfoil.ledger;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One all-or-nothing change, compiled by a rule, before it is posted.
 *
 * @param key names the idempotency record and tells whether a repeated key brings the same request
 * @param requestId letters and digits, or empty where no request stands behind it; stands in a pinned refusal
 * @param catalogVersion the catalog it was compiled with, null when it depends on none
 * @param legs 1..{@value #MOST_LEGS}, checked in this order
 * @param request what the rule needs to render the answer from; stored with the transaction
 */
public record Transaction(
        Cell cell,
        TransactionType type,
        IdempotencyKey key,
        String requestId,
        @Nullable Long catalogVersion,
        List<Leg> legs,
        JsonObject request) {
    /** Bounds what one transaction writes; a transaction of a checkout has a handful. */
    public static final int MOST_LEGS = 256;

    public Transaction {
        Objects.requireNonNull(cell, "cell");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
        legs = List.copyOf(legs);
        Amounts.within("legs", legs.size(), 1, MOST_LEGS);
    }
}
