package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Leg;
import java.util.List;

/** The kinds of legs. Apart from {@link LegKind}, whose subclasses could not be initialised by two threads otherwise. */
final class LegKinds {
    static final List<LegKind<?>> ALL = List.of(
            new CardKind(),
            new NewCardKind(),
            new StockKind(),
            new CodesKind(),
            new CodesAddKind(),
            new QuotaKind(),
            new AccountKind(),
            new DueKind(),
            new PaidKind(),
            new HoldKind(),
            new FollowKind());

    private LegKinds() {}

    static LegKind<?> of(Leg leg) {
        return ALL.stream()
                .filter(kind -> kind.isOf(leg))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no kind of leg for " + leg.getClass()));
    }
}
