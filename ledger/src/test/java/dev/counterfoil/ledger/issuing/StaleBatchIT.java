package dev.counterfoil.ledger.issuing;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.aftersale.Shop;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.rules.KeyCeiling;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cards are made under a ceiling of a business day that is over by Redis' clock. */
class StaleBatchIT {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Leg CARD =
            new NewCardLeg("D%021d".formatted(1), "B1", "2001", "gift:CNY", 700, CardState.ACTIVE, 0, "bt_2");

    private final Shop shop = new Shop(Limits.NONE);
    private final Issuing issuing = new Issuing(shop.ledger(0), Clock.offset(Clock.systemUTC(), DAY.negated()));
    private final KeyCeiling ceiling = KeyCeiling.of(
            new ApiKey(
                    "k1",
                    "cl_1",
                    "demo",
                    KeyKind.SECRET,
                    Set.of(Scope.ISSUE),
                    null,
                    "test",
                    Instant.EPOCH,
                    null,
                    null,
                    1,
                    "k1",
                    new KeyTerms(
                            null,
                            new Ceilings(Map.of(Ceilings.Kind.ISSUED, Map.of("CNY", 5_000L))),
                            List.of(),
                            List.of(),
                            false)),
            Ceilings.Kind.ISSUED,
            shop.catalogs().program("demo").orElseThrow());
    private final List<Instant> askedFor = new ArrayList<>();

    @AfterEach
    void close() {
        shop.close();
    }

    private List<Leg> legs(Instant now) {
        askedFor.add(now);
        return ceiling.legs("CNY", 700, now);
    }

    @Test
    void a_ceiling_of_a_day_that_is_over_is_asked_again_and_the_cards_are_made() {
        long before = shop.sequence();
        assertThat(await(issuing.post(Shop.CELL, shop.key(), "bt_2", List.of(CARD), this::legs)))
                .isInstanceOf(Posted.class);
        assertThat(askedFor).hasSize(2);
        assertThat(Duration.between(askedFor.get(0), askedFor.get(1)).toHours()).isBetween(23L, 24L);
        assertThat(shop.sequence()).isEqualTo(before + 1);
    }

    @Test
    void a_ceiling_whose_day_is_always_over_is_asked_three_times_and_no_card_is_made() {
        long before = shop.sequence();
        assertThatThrownBy(() ->
                        await(issuing.post(Shop.CELL, shop.key(), "bt_2", List.of(CARD), now -> legs(now.minus(DAY)))))
                .isInstanceOf(LedgerFault.Overloaded.class);
        assertThat(askedFor).hasSize(3);
        assertThat(shop.sequence()).isEqualTo(before);
        assertThat(await(shop.ledger(0).card(Shop.CELL, List.of("D%021d".formatted(1)))))
                .isEmpty();
    }
}
