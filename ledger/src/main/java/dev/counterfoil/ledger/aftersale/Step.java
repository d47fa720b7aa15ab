package dev.counterfoil.ledger.aftersale;

import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.rules.Portion;
import io.vertx.core.json.JsonArray;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done with a redemption.
 *
 * @param portion what a capture keeps, or a reversal gives back; {@link Portion#WHOLE} for the others
 * @param returnCodes whether a reversal puts delivered codes back into their pool: only the issuer knows them unused
 * @param reason of a reversal, null where none is given
 */
public record Step(
        Kind kind,
        Portion portion,
        boolean returnCodes,
        @Nullable String reason) {
    /** The kinds of steps. */
    public enum Kind {
        /** 确认: the hold ends and {@code portion} of it is spent. */
        CAPTURE(TransactionType.CAPTURE, Closing.CAPTURE),
        /** 释放: the hold ends and nothing is spent. */
        RELEASE(TransactionType.RELEASE, Closing.RELEASE),
        /** The hold's deadline has come. */
        EXPIRY(TransactionType.EXPIRY, Closing.EXPIRY),
        /** 冲正: what was spent is given back. */
        REVERSAL(TransactionType.REVERSAL, null);

        private final TransactionType type;
        private final @Nullable Closing closing;

        Kind(TransactionType type, @Nullable Closing closing) {
            this.type = type;
            this.closing = closing;
        }

        TransactionType type() {
            return type;
        }

        /** How it ends a hold, null where it does not. */
        @Nullable
        Closing closing() {
            return closing;
        }
    }

    /** A step that needs nothing but its kind. */
    public static Step of(Kind kind) {
        return new Step(kind, Portion.WHOLE, false, null);
    }

    /** In one fixed form, to be hashed, for the redemption {@code of}. */
    public String canonical(String of) {
        return new JsonArray()
                .add(kind.name())
                .add(of)
                .add(portion.canonical())
                .add(returnCodes)
                .add(reason)
                .encode();
    }
}
