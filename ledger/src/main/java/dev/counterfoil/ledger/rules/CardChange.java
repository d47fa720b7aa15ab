package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an issuer does to a card that exists. Pure: needs no catalog, only the card's type and, to void it, its balance.
 *
 * @param reason as the issuer gave it, kept with the transaction
 * @param expiresAtMs the new expiry of {@link Kind#EXTEND}, 0 = never; 0 for every other kind
 */
public record CardChange(Kind kind, String reason, long expiresAtMs) {
    public CardChange {
        Amounts.within("expiresAtMs", expiresAtMs, 0, Amounts.MAX);
    }

    /** What is done, in which states it may be, and which refusal says that the card is so already. */
    public enum Kind {
        /** 冻结: an active card may not move. An inactive one may not anyway, and would come back active: it is left. */
        FREEZE(EnumSet.of(CardState.ACTIVE), Refusal.CARD_FROZEN),
        /** A frozen card is active again. */
        UNFREEZE(EnumSet.of(CardState.FROZEN), Refusal.BALANCE_UNEXPECTED),
        /** What is left on the card is taken back for ever, also of a card that was used, is frozen or has expired. */
        VOID(EnumSet.of(CardState.ACTIVE, CardState.INACTIVE, CardState.FROZEN), Refusal.CARD_VOID),
        /** The card may be spent for longer; one that has expired lives again. */
        EXTEND(EnumSet.of(CardState.ACTIVE, CardState.INACTIVE, CardState.FROZEN), null);

        private final Set<CardState> allowed;

        private final @Nullable Refusal already;

        Kind(Set<CardState> allowed, @Nullable Refusal already) {
            this.allowed = Set.copyOf(allowed);
            this.already = already;
        }

        /** Whether {@code refusal} says that a card is as this would make it. */
        public boolean saysDone(Refusal refusal) {
            return refusal == already;
        }
    }

    /** Whether a card that expires at {@code presentMs} (0 = never) would last longer by this. */
    public boolean lengthens(long presentMs) {
        return presentMs > 0 && (expiresAtMs == 0 || expiresAtMs > presentMs);
    }

    /**
     * The transaction for one card.
     *
     * @param card the ledger's id
     * @param balance what is on the card, for {@link Kind#VOID}: another balance is BALANCE_UNEXPECTED or INSUFFICIENT_BALANCE
     */
    public Transaction of(
            Cell cell, IdempotencyKey key, String requestId, String card, String typeToken, long balance) {
        boolean toVoid = kind == Kind.VOID;
        Leg leg = new CardLeg(
                List.of(card),
                null,
                kind.allowed,
                false,
                toVoid ? -1 : 0,
                List.of(new Price(typeToken, toVoid ? balance : 0)),
                toVoid ? (Long) balance : null,
                switch (kind) {
                    case FREEZE -> CardState.FROZEN;
                    case UNFREEZE -> CardState.ACTIVE;
                    case VOID -> CardState.VOID;
                    case EXTEND -> null;
                },
                kind == Kind.EXTEND ? (Long) expiresAtMs : null);
        return new Transaction(
                cell,
                toVoid ? TransactionType.REVERSAL : TransactionType.ADJUSTMENT,
                key,
                requestId,
                null,
                List.of(leg),
                new JsonObject()
                        .put("change", kind.name().toLowerCase(Locale.ROOT))
                        .put("reason", reason));
    }
}
