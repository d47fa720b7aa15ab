package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.SecretFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A card as a holder presents it: its secret, or its number and its secret.
 *
 * @param number as typed, or null
 * @param secret as typed
 */
record PresentedCard(@Nullable String number, String secret) {
    private static final Text TYPED = Text.upTo(64);

    static PresentedCard read(RequestFields fields) {
        return new PresentedCard(fields.optionalText("number", TYPED).orElse(null), fields.text("secret", TYPED));
    }

    /** The card's candidate ids; empty when no card can have such a secret or number, which is told without Redis. */
    Optional<Payment> identified(String program, CardIds cardIds) {
        Optional<String> normal = SecretFormat.normalise(secret).filter(SecretFormat::wellFormed);
        Optional<String> printed = number == null ? Optional.empty() : CardNumbers.normalise(number);
        if (normal.isEmpty() || (number != null && printed.isEmpty())) {
            return Optional.empty();
        }
        // Every secret is one that was made here, whose id has no number; the number is compared by the script.
        List<String> ids = cardIds.idsOf(program, null, normal.get());
        return Optional.of(new Payment(ids, ids.get(ids.size() - 1), printed.orElse(null)));
    }

    @Override
    public String toString() {
        return "PresentedCard[masked]";
    }
}
