package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.secrets.SecretFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A kind of card.
 *
 * @param asset one of the program's
 * @param faceValue what a new card holds, in the asset's smallest unit
 * @param validityDays days from issue to expiry, 1..36500; null: never expires
 * @param acceptedItems skus the card may pay for, in order; null: all
 * @param version catalog version at its last change; 0 before it is stored
 */
public record CardType(
        String id,
        String name,
        String asset,
        long faceValue,
        @Nullable Integer validityDays,
        @Nullable Set<String> acceptedItems,
        SecretFormat secretFormat,
        long version) {
    /** The longest validity: a hundred years. */
    public static final int MOST_VALIDITY_DAYS = 36_500;

    /** The longest list of accepted items. */
    public static final int MOST_ACCEPTED_ITEMS = 1000;

    public CardType {
        id = Fields.slug("/id", id);
        name = Fields.name("/name", name);
        asset = Fields.asset("/asset", asset);
        faceValue = Fields.amount("/face_value", faceValue);
        if (validityDays != null && (validityDays < 1 || validityDays > MOST_VALIDITY_DAYS)) {
            throw new InvalidField("/validity_days", validityDays + " (expected: 1.." + MOST_VALIDITY_DAYS + ")");
        }
        acceptedItems = acceptedItems == null ? null : checkedItems(acceptedItems);
    }

    /** Whether a card of this type pays for the item. */
    public boolean accepts(String sku) {
        return acceptedItems == null || acceptedItems.contains(sku);
    }

    /** What a card carries in the ledger to tell its type: {@code <id>:<asset>}. */
    public String token() {
        return id + ":" + asset;
    }

    CardType withVersion(long newVersion) {
        return new CardType(id, name, asset, faceValue, validityDays, acceptedItems, secretFormat, newVersion);
    }

    /** When a card of this type that is issued at {@code at} expires, in whole milliseconds; null: never. */
    public @Nullable Instant expiry(Instant at) {
        return validityDays == null
                ? null
                : at.plus(Duration.ofDays(validityDays)).truncatedTo(ChronoUnit.MILLIS);
    }

    private static Set<String> checkedItems(Set<String> skus) {
        if (skus.isEmpty() || skus.size() > MOST_ACCEPTED_ITEMS) {
            throw new InvalidField(
                    "/accepted_items",
                    skus.size() + " items (expected: 1.." + MOST_ACCEPTED_ITEMS + ", or none of the field)");
        }
        Set<String> sorted = new TreeSet<>(skus);
        sorted.forEach(sku -> Fields.sku("/accepted_items", sku));
        return Collections.unmodifiableSet(sorted);
    }
}
