package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Leg;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A checkout as it was asked for, its secrets already replaced by card ids.
 *
 * @param payers 1..{@value #MOST_PAYERS}, who pay in this order; no card and no balance twice
 * @param lines up to {@value #MOST_LINES}, each item once; none where an order's {@code amount} is paid
 * @param amount what an order comes to whose items are the shop's own affair, null where there are lines
 * @param upTo whether the payers may have less than is asked for: what is there is taken and the rest remains
 * @param expectedTotal what the caller showed the holder, in the card's asset
 * @param account the storefront's own id of the holder
 * @param holdSeconds how long what the payers give is only held, 0 to spend it at once
 */
public record RedemptionRequest(
        List<Payer> payers,
        List<Line> lines,
        @Nullable Money amount,
        boolean upTo,
        @Nullable Long expectedTotal,
        @Nullable String account,
        @Nullable String reference,
        Map<String, String> metadata,
        int holdSeconds) {
    /** The longest hold: a day. */
    public static final int MOST_HOLD_SECONDS = 86_400;

    public static final int MOST_PAYERS = 10;
    public static final int MOST_LINES = 20;
    public static final int MOST_QUANTITY = 1000;

    /** Who pays: a card, or a holder's account. */
    public sealed interface Payer permits Payment, AccountPayment {
        /** What tells this payer from others in a fingerprint. */
        JsonArray canonical();
    }

    /** A holder's balance of one asset pays. */
    public record AccountPayment(String account, String asset) implements Payer {
        @Override
        public JsonArray canonical() {
            return new JsonArray().add("account").add(account).add(asset);
        }
    }

    /** An amount of an asset, 1..2^53−1. */
    public record Money(long value, String asset) {
        public Money {
            Amounts.positive("value", value);
        }
    }

    /**
     * A card that pays.
     *
     * @param ids candidates for its id: one a pepper, and where the program has imported cards another for each
     * @param stableId the id under the oldest pepper: the same whichever peppers come later
     * @param number as presented, null when only the secret was
     */
    public record Payment(
            List<String> ids, String stableId, @Nullable String number) implements Payer {
        public Payment {
            ids = List.copyOf(ids);
        }

        @Override
        public JsonArray canonical() {
            return new JsonArray().add("card").add(stableId).add(number);
        }
    }

    /** An item and how many of it, 1..{@value #MOST_QUANTITY}. */
    public record Line(String item, long quantity) {
        public Line {
            Amounts.within("quantity", quantity, 1, MOST_QUANTITY);
        }
    }

    public RedemptionRequest {
        payers = List.copyOf(payers);
        lines = List.copyOf(lines);
        metadata = Map.copyOf(metadata);
        Amounts.within("holdSeconds", holdSeconds, 0, MOST_HOLD_SECONDS);
        Amounts.within("payers", payers.size(), 1, MOST_PAYERS);
        Amounts.within("lines", lines.size(), amount == null ? 1 : 0, amount == null ? MOST_LINES : 0);
    }

    /** One card pays for lines: the common case, for which no card has to be looked at first. */
    public RedemptionRequest(
            Payment payment,
            List<Line> lines,
            @Nullable Long expectedTotal,
            @Nullable String account,
            @Nullable String reference,
            Map<String, String> metadata) {
        this(List.of(payment), lines, null, false, expectedTotal, account, reference, metadata, 0);
    }

    /** Whether one card pays for lines, all of it. */
    public boolean byOneCard() {
        return payers.size() == 1 && payers.get(0) instanceof Payment && amount == null && !upTo;
    }

    /** What of a payer's amount is set aside: all of it when it is held. */
    long aside() {
        return holdSeconds == 0 ? 0 : Leg.ASIDE_AMOUNT;
    }

    /** The cards among the payers. */
    public List<Payment> cards() {
        return payers.stream()
                .filter(Payment.class::isInstance)
                .map(Payment.class::cast)
                .toList();
    }

    /** The request in one fixed form, to be hashed: the same for the same request, whatever the order of its fields. */
    public String canonical() {
        JsonArray items = new JsonArray();
        lines.forEach(line -> items.add(new JsonArray().add(line.item()).add(line.quantity())));
        JsonArray paying = new JsonArray();
        payers.forEach(payer -> paying.add(payer.canonical()));
        Money asked = amount;
        JsonArray canonical = new JsonArray()
                .add("redemption")
                .add(paying)
                .add(items)
                .add(asked == null ? null : new JsonArray().add(asked.value()).add(asked.asset()))
                .add(upTo)
                .add(expectedTotal)
                .add(account)
                .add(reference)
                .add(new JsonObject(new TreeMap<>(metadata)));
        return (holdSeconds == 0 ? canonical : canonical.add(holdSeconds)).encode();
    }
}
