package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.rules.RedemptionRequest.AccountPayment;
import dev.counterfoil.ledger.rules.RedemptionRequest.Money;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payer;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * 核销 by several payers, by an account, of an order's amount, or up to what is there. Each line is paid in one asset: that of
 * the first payer that accepts the item and for whose asset it has a price. Then the payers are drawn on in their order, each
 * for the lines of its asset that it accepts, until nothing is due. What a card is for never changes, so its type may be
 * read before; what is on it is seen by the script alone.
 */
public final class Checkout implements Rule {
    private final Cell cell;
    private final IdempotencyKey key;
    private final String requestId;
    private final RedemptionRequest request;
    private final List<Optional<String>> types;
    private final boolean cardLast;

    /**
     * @param types what each payer of {@code request} is: the type token of a card, nothing for an account or a card that was
     *     not found
     * @param cardLast whether quotas are checked before the payers, so that a refusal tells nothing of a card
     */
    public Checkout(
            Cell cell,
            IdempotencyKey key,
            String requestId,
            RedemptionRequest request,
            List<Optional<String>> types,
            boolean cardLast) {
        this.cell = cell;
        this.key = key;
        this.requestId = requestId;
        this.request = request;
        this.types = List.copyOf(types);
        this.cardLast = cardLast;
        Amounts.within(
                "types", types.size(), request.payers().size(), request.payers().size());
    }

    @Override
    public Compiled compile(Catalog catalog, Instant now) {
        Optional<Refused> missing = SoldLines.missing(catalog, request);
        if (missing.isPresent()) {
            return new Declined(missing.get());
        }
        SoldLines sold = new SoldLines(catalog, request);
        if (somePayerIsUnknown()) {
            if (catalog.cardTypes().isEmpty()) {
                return new Declined(Refused.of(Refusal.CARD_UNKNOWN));
            }
            return ready(catalog, now, sold, lookAtCards(catalog), List.of());
        }
        List<PayerKind> payers = IntStream.range(0, types.size())
                .mapToObj(i -> PayerKind.of(catalog, request.payers().get(i), types.get(i)))
                .toList();
        Money amount = request.amount();
        return amount == null ? ofLines(catalog, now, sold, payers) : ofAmount(catalog, now, sold, payers, amount);
    }

    private Compiled ofLines(Catalog catalog, Instant now, SoldLines sold, List<PayerKind> payers) {
        List<String> assets = new ArrayList<>();
        List<Long> dues = new ArrayList<>();
        for (int i = 0; i < sold.items().size(); i++) {
            Item item = sold.items().get(i);
            Optional<PayerKind> first =
                    payers.stream().filter(payer -> payer.paysFor(item)).findFirst();
            if (first.isEmpty()) {
                return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
            }
            OptionalLong due =
                    due(item, first.get().asset(), request.lines().get(i).quantity());
            if (due.isEmpty()) {
                return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
            }
            assets.add(first.get().asset());
            dues.add(due.getAsLong());
        }
        Optional<Refused> unexpected = unexpected(assets, dues);
        if (unexpected.isPresent()) {
            return new Declined(unexpected.get());
        }
        List<List<Integer>> places = new ArrayList<>();
        for (PayerKind payer : payers) {
            List<Integer> may = IntStream.range(0, dues.size())
                    .filter(i -> payer.asset().equals(assets.get(i))
                            && payer.paysFor(sold.items().get(i)))
                    .boxed()
                    .toList();
            if (may.isEmpty()) {
                return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
            }
            places.add(may);
        }
        return ready(catalog, now, sold, paying(payers, dues, places), assets);
    }

    private Compiled ofAmount(Catalog catalog, Instant now, SoldLines sold, List<PayerKind> payers, Money amount) {
        String asset = Assets.resolved(catalog.program(), amount.asset());
        if (!catalog.program().assets().contains(asset)) {
            return new Declined(Refused.of(Refusal.ASSET_UNKNOWN, amount.asset()));
        } else if (payers.stream()
                .anyMatch(payer -> !payer.paysForAnything() || !payer.asset().equals(asset))) {
            return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
        }
        Optional<Refused> unexpected = unexpected(List.of(asset), List.of(amount.value()));
        if (unexpected.isPresent()) {
            return new Declined(unexpected.get());
        }
        List<List<Integer>> places = payers.stream().map(payer -> List.of(0)).toList();
        return ready(catalog, now, sold, paying(payers, List.of(amount.value()), places), List.of());
    }

    private Optional<Refused> unexpected(List<String> assets, List<Long> dues) {
        Long expected = request.expectedTotal();
        if (expected == null) {
            return Optional.empty();
        } else if (assets.stream().distinct().count() > 1) {
            return Optional.of(Refused.of(Refusal.TOTAL_IN_SEVERAL_ASSETS));
        }
        long total = dues.stream().reduce(0L, Math::addExact);
        return total == expected ? Optional.empty() : Optional.of(Refused.of(Refusal.PRICE_CHANGED));
    }

    private static OptionalLong due(Item item, String asset, long quantity) {
        long price = item.price(asset).orElseThrow();
        return price > Amounts.MAX / quantity / RedemptionRequest.MOST_LINES
                ? OptionalLong.empty()
                : OptionalLong.of(price * quantity);
    }

    private List<Leg> paying(List<PayerKind> payers, List<Long> dues, List<List<Integer>> places) {
        List<Leg> legs = new ArrayList<>();
        legs.add(new DueLeg(dues, places));
        for (PayerKind payer : payers) {
            legs.add(payer.leg(request));
        }
        legs.add(new PaidLeg(request.upTo()));
        return legs;
    }

    private boolean somePayerIsUnknown() {
        return IntStream.range(0, types.size())
                .anyMatch(i -> types.get(i).isEmpty() && request.payers().get(i) instanceof Payment);
    }

    /**
     * Only to be refused: the first card that is not there, or may not be spent from, gives the answer. One that came into
     * being since it was looked for is PRICE_CHANGED, whatever its type: that is not final for the key.
     */
    private List<Leg> lookAtCards(Catalog catalog) {
        List<Price> none = catalog.cardTypes().values().stream()
                .map(type -> new Price(type.token(), Price.OTHER_THAN_EXPECTED))
                .toList();
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            Payer payer = request.payers().get(i);
            if (payer instanceof Payment card) {
                Optional<String> type = types.get(i);
                legs.add(cardLeg(
                        request,
                        card,
                        0,
                        type.map(token -> List.of(new Price(token, 0))).orElse(none)));
            }
        }
        return legs;
    }

    private static CardLeg cardLeg(RedemptionRequest request, Payment card, int sign, List<Price> prices) {
        return new CardLeg(card.ids(), card.number(), Set.of(CardState.ACTIVE), true, sign, prices, null, null)
                .spentBy(request.account());
    }

    private Compiled ready(Catalog catalog, Instant now, SoldLines sold, List<Leg> paying, List<String> assets) {
        List<Leg> legs = sold.stock();
        List<Leg> quotas = sold.quotas(now);
        legs.addAll(cardLast ? quotas : paying);
        legs.addAll(cardLast ? paying : quotas);
        legs.addAll(sold.hold());
        return new Ready(new Transaction(
                cell, TransactionType.REDEMPTION, key, requestId, catalog.version(), legs, sold.journaled(assets)));
    }

    /**
     * What a payer can pay for.
     *
     * @param type of a card, null for an account, which pays for everything that has a price in its asset
     * @param verified whether it has to be, of an account
     */
    private record PayerKind(
            Payer payer,
            String token,
            String asset,
            @Nullable CardType type,
            boolean verified) {
        static PayerKind of(Catalog catalog, Payer payer, Optional<String> token) {
            if (payer instanceof AccountPayment account) {
                String asset = Assets.resolved(catalog.program(), account.asset());
                return new PayerKind(
                        payer, "", asset, null, catalog.program().limits().verifiedAccounts());
            }
            String ofCard = token.orElseThrow();
            int colon = ofCard.lastIndexOf(':');
            CardType type = catalog.cardTypes().get(ofCard.substring(0, colon));
            return new PayerKind(payer, ofCard, ofCard.substring(colon + 1), type, false);
        }

        boolean paysFor(Item item) {
            return item.price(asset).isPresent()
                    && (type == null ? payer instanceof AccountPayment : type.accepts(item.sku()));
        }

        /** A card that is for certain items only does not pay an order whose items nobody knows. */
        boolean paysForAnything() {
            return type == null ? payer instanceof AccountPayment : type.acceptedItems() == null;
        }

        Leg leg(RedemptionRequest request) {
            return payer instanceof Payment card
                    ? cardLeg(request, card, -1, List.of(new Price(token, Price.DRAWN)))
                            .aside(request.aside())
                    : AccountLeg.pays(((AccountPayment) payer).account(), asset, Price.DRAWN, verified)
                            .aside(request.aside());
        }
    }
}
