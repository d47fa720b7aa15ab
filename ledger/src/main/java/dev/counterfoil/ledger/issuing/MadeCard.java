package dev.counterfoil.ledger.issuing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A new card on its way to its issuer. The one time that its secret exists in clear. */
public record MadeCard(
        String number, String secret, @Nullable Instant expiresAt) {
    @Override
    public String toString() {
        return "MadeCard[" + number + "]";
    }
}
