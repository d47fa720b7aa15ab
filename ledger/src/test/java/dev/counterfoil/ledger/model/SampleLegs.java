package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Short ways to name keys and to write legs. */
public final class SampleLegs {
    public static final String TOKEN = "gift:CNY";

    private SampleLegs() {}

    public static Transaction transaction(Cell cell, String key, String fingerprint, Leg... legs) {
        return transaction(cell, key, fingerprint, null, List.of(legs));
    }

    public static Transaction transaction(
            Cell cell, String key, String fingerprint, @Nullable Long catalogVersion, List<Leg> legs) {
        return new Transaction(
                cell,
                TransactionType.REDEMPTION,
                new IdempotencyKey("cl_test", sixteen(key), sixteen(fingerprint)),
                "req1",
                catalogVersion,
                legs,
                new JsonObject());
    }

    /** A record's name or a fingerprint. */
    public static byte[] sixteen(String text) {
        return String.format("%16s", text).substring(0, 16).getBytes(StandardCharsets.US_ASCII);
    }

    /** A card's id of 22 characters. */
    public static String id(String name) {
        return String.format("%22s", name).replace(' ', '0').substring(0, 22);
    }

    public static NewCardLeg newCard(String name, long balance) {
        return newCard(name, balance, CardState.ACTIVE, 0);
    }

    public static NewCardLeg newCard(String name, long balance, CardState state, long expiresAtMs) {
        return new NewCardLeg(id(name), "api" + name, "100" + name, TOKEN, balance, state, expiresAtMs, "bt_1");
    }

    public static CardLeg debit(String name, long amount) {
        return card(name, -1, amount, null, null);
    }

    public static CardLeg credit(String name, long amount) {
        return card(name, 1, amount, null, null);
    }

    /** An active card in its time, of type {@link #TOKEN}. */
    public static CardLeg card(
            String name, int sign, long amount, @Nullable Long expectedBalance, @Nullable CardState newState) {
        return new CardLeg(
                List.of(id(name)),
                null,
                Set.of(CardState.ACTIVE),
                true,
                sign,
                List.of(new Price(TOKEN, amount)),
                expectedBalance,
                newState);
    }

    public static StockLeg stock(String sku, long delta) {
        return new StockLeg(sku, delta, 0, 0);
    }

    public static QuotaLeg quota(String key, long delta, long limit) {
        return new QuotaLeg("per_account_total", key, delta, limit, 0, 0, 0, false);
    }

    /** The same counter, taking what the limit allows. */
    public static QuotaLeg clamped(String key, long delta, long limit) {
        return new QuotaLeg("per_account_total", key, delta, limit, 0, 0, 0, true);
    }
}
