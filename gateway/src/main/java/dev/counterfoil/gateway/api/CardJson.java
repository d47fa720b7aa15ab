package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.secrets.CardNumbers;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;

/** A card as the API shows it. */
final class CardJson {
    /** Begins a card's id in the API. */
    static final String PREFIX = "card_";

    private CardJson() {}

    /** {@code balance} is what can be spent now: nothing of a card that is not active. */
    static JsonObject of(Card card) {
        JsonObject body = new JsonObject()
                .put("id", PREFIX + card.apiId())
                .put("number", card.number())
                .put("last4", CardNumbers.last4(card.number()))
                .put("card_type", card.cardType())
                .put("state", state(card))
                .put("balance", active(card) ? card.balance() : 0)
                .put("held", card.held())
                .put("asset", card.asset());
        if (card.expiresAtMs() > 0) {
            body.put("expires_at", Timestamps.text(Instant.ofEpochMilli(card.expiresAtMs())));
        } else {
            body.putNull("expires_at");
        }
        return body;
    }

    /** Whether the card may be spent from now. */
    static boolean active(Card card) {
        return card.state() == CardState.ACTIVE && !card.expired();
    }

    private static String state(Card card) {
        return card.state() != CardState.VOID && card.expired()
                ? "expired"
                : card.state().name().toLowerCase(Locale.ROOT);
    }
}
