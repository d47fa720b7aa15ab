package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.rules.RedemptionRequest.AccountPayment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of a checkout's payments: a card, or a holder's account.
 *
 * @param card null for an account
 * @param account null for a card
 */
record PresentedPayment(
        @Nullable PresentedCard card, @Nullable AccountPayment account) {
    private static final Text ASSET = Text.matching(16, "[A-Za-z]{1,16}", "letters");

    static PresentedPayment read(RequestFields fields) {
        if (!fields.has("account")) {
            PresentedPayment payment = new PresentedPayment(PresentedCard.read(fields), null);
            fields.mayHave("account");
            if (fields.has("asset")) {
                fields.reject("asset", "only beside account");
            }
            fields.mayHave("asset");
            return payment;
        }
        for (String ofCard : List.of("secret", "number")) {
            if (fields.has(ofCard)) {
                fields.reject(ofCard, "not beside account");
            }
            fields.mayHave(ofCard);
        }
        return new PresentedPayment(
                null,
                new AccountPayment(fields.text("account", RedemptionFields.ACCOUNT), fields.text("asset", ASSET)));
    }
}
