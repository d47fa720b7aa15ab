package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.rules.KeyCeiling;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * 批次: cards made together.
 *
 * @param id {@code bt_} and 20 letters
 * @param count cards asked for, 1..{@value #MOST_CARDS}
 * @param state of the cards when they are made: active or inactive
 * @param firstOrdinal of the cards' numbers in their program
 * @param expiresAt of the cards, exclusive, null = never
 * @param key of the request that asked for it
 * @param ceiling what may still be issued; the whole batch counts before its first card
 */
public record Batch(
        String id,
        Cell cell,
        CardType cardType,
        int count,
        CardState state,
        long firstOrdinal,
        @Nullable Instant expiresAt,
        IdempotencyKey key,
        KeyCeiling ceiling) {
    /** A stream of more than this many cards takes longer than connections are kept; make another batch. */
    public static final int MOST_CARDS = 1_000_000;
}
