package dev.counterfoil.ledger.rules;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.aftersale.Shop;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gateway whose clock is a day behind Redis' compiles for a business day that is over. */
class StaleDayIT {
    private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");

    private final Shop shop = new Shop(new Limits(9L, null, null));
    private final Posting posting =
            new Posting(shop.ledger(0), shop.catalogs(), Clock.offset(Clock.systemUTC(), Duration.ofDays(-1)));
    private final IdempotencyKey key = shop.key();
    private final Rule redemption = new Redemption(
            Shop.CELL,
            key,
            "r1",
            new RedemptionRequest(
                    new Payment(List.of(Shop.CARD), Shop.CARD, null),
                    List.of(new Line("tea", 2)),
                    null,
                    "u_1",
                    null,
                    Map.of()),
            false);
    private final List<Instant> compiledFor = new ArrayList<>();

    @AfterEach
    void close() {
        shop.close();
    }

    private Rule.Compiled compiled(Catalog catalog, Instant now) {
        compiledFor.add(now);
        return redemption.compile(catalog, now);
    }

    private Rule.Compiled alwaysLate(Catalog catalog, Instant now) {
        return compiled(catalog, now.minus(Duration.ofDays(1)));
    }

    private long countedOn(Instant at) {
        return shop.counted(QuotaLeg.keyOf(
                "account", "tea", "u_1", LocalDate.ofInstant(at, ZONE).toString()));
    }

    @Test
    void a_rule_compiled_for_a_day_that_is_over_is_compiled_for_today_and_posted() {
        assertThat(await(posting.post(Shop.CELL, key, this::compiled))).isInstanceOf(Posted.class);
        assertThat(compiledFor).hasSize(2);
        assertThat(Duration.between(compiledFor.get(0), compiledFor.get(1)).toHours())
                .isBetween(23L, 24L);
        assertThat(countedOn(compiledFor.get(0))).isZero();
        assertThat(countedOn(compiledFor.get(1))).isEqualTo(2);
    }

    @Test
    void a_preview_tells_of_today_and_writes_nothing() {
        long before = shop.sequence();
        assertThat(await(posting.preview(Shop.CELL, this::compiled))).isInstanceOf(Posted.class);
        assertThat(compiledFor).hasSize(2);
        assertThat(countedOn(compiledFor.get(1))).isZero();
        assertThat(shop.sequence()).isEqualTo(before);
    }

    @Test
    void a_rule_whose_day_is_always_over_is_given_up_after_four_tries() {
        assertThatThrownBy(() -> await(posting.post(Shop.CELL, key, this::alwaysLate)))
                .isInstanceOf(LedgerFault.Overloaded.class);
        assertThat(compiledFor).hasSize(4);
        compiledFor.clear();
        assertThatThrownBy(() -> await(posting.preview(Shop.CELL, this::alwaysLate)))
                .isInstanceOf(LedgerFault.Overloaded.class);
        // The fifth is compiled and not asked.
        assertThat(compiledFor).hasSizeBetween(4, 5);
        assertThat(compiledFor).allSatisfy(at -> assertThat(countedOn(at)).isZero());
    }
}
