package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.ImportedSecret;
import dev.counterfoil.ledger.secrets.SecretFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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

    /**
     * The card's candidate ids; empty when no card can have such a secret or number, which is told without Redis.
     *
     * @param imported whether the program may hold cards whose secrets have no form
     */
    Optional<Payment> identified(String program, CardIds cardIds, boolean imported) {
        Optional<String> printed = number == null ? Optional.empty() : CardNumbers.normalise(number);
        if (number != null && printed.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> exact = imported ? ImportedSecret.normalise(secret) : Optional.empty();
        List<String> numbered = exact.filter(any -> printed.isPresent())
                .map(text -> cardIds.importedIds(program, printed.get(), text))
                .orElse(List.of());
        // Of cards whose ids have no number the script compares it.
        List<String> made = SecretFormat.normalise(secret)
                .filter(SecretFormat::wellFormed)
                .map(normal -> cardIds.idsOf(program, normal))
                .orElse(List.of());
        List<String> alone =
                exact.map(text -> cardIds.importedIds(program, null, text)).orElse(List.of());
        // For a well-formed secret it must not change when the program's first card is imported.
        List<String> stable = !made.isEmpty() ? made : !numbered.isEmpty() ? numbered : alone;
        if (stable.isEmpty()) {
            return Optional.empty();
        }
        // The most exact first: with the number in its id, then imported just as it is typed.
        List<String> ids = exact.isEmpty()
                ? made
                : Stream.of(numbered, alone, made)
                        .flatMap(List::stream)
                        .distinct()
                        .toList();
        return Optional.of(new Payment(ids, stable.get(stable.size() - 1), printed.orElse(null)));
    }

    /** What tells one attempt from another: how it is typed does not, but where the program may hold cards whose secrets have no form. */
    String attempted(boolean imported) {
        return (imported ? ImportedSecret.normalise(secret) : SecretFormat.normalise(secret)).orElse(secret);
    }

    @Override
    public String toString() {
        return "PresentedCard[masked]";
    }
}
