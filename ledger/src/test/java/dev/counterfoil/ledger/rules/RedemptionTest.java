package dev.counterfoil.ledger.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.catalog.ProgramCell;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.SecretFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RedemptionTest {
    private static final Instant NOW = Instant.parse("2026-11-21T15:59:59Z");
    private static final CardType GIFT = cardType("gift-1000", "CNY", null);
    private static final CardType PASS = cardType("crab-pass", "pick", Set.of("crab-8"));
    private static final Item CRAB = item("crab-8", ItemKind.GOODS, Map.of("CNY", 29_800L, "pick", 1L), Limits.NONE);
    private static final Item VIDEO = item("video-month", ItemKind.CODE, Map.of("CNY", 1_500L), Limits.NONE);

    @Test
    void each_card_type_that_pays_for_every_item_is_compiled_with_its_own_total() {
        assertThat(card(ready(Limits.NONE, List.of(CRAB, VIDEO), request(null, line("crab-8", 2)), false))
                        .prices())
                .containsExactlyInAnyOrder(new Price("gift-1000:CNY", 59_600), new Price("crab-pass:pick", 2));
        assertThat(card(ready(
                                Limits.NONE,
                                List.of(CRAB, VIDEO),
                                request(null, line("crab-8", 1), line("video-month", 3)),
                                false))
                        .prices())
                .containsExactly(new Price("gift-1000:CNY", 34_300));
    }

    @Test
    void legs_come_in_the_order_item_card_quota_and_for_publishable_keys_the_card_is_last() {
        Limits daily = new Limits(2L, null, null);
        RedemptionRequest request = request("u_1", line("video-month", 1), line("crab-8", 1));
        assertThat(ready(daily, List.of(CRAB, VIDEO), request, false).legs())
                .extracting(leg -> leg.getClass().getSimpleName())
                .containsExactly("StockLeg", "CodesLeg", "CardLeg", "QuotaLeg");
        assertThat(ready(daily, List.of(CRAB, VIDEO), request, true).legs())
                .extracting(leg -> leg.getClass().getSimpleName())
                .containsExactly("StockLeg", "CodesLeg", "QuotaLeg", "CardLeg");
    }

    @Test
    void limits_count_units_by_account_card_and_day_and_across_the_items_of_the_program() {
        Item limited = item("crab-8", ItemKind.GOODS, Map.of("CNY", 1L), new Limits(2L, 3L, 4L));
        Transaction transaction = ready(
                new Limits(9L, null, null),
                List.of(limited, VIDEO),
                request("u_1", line("crab-8", 2), line("video-month", 5)),
                false);
        assertThat(quotas(transaction))
                .extracting(quota -> quota.name() + " " + quota.delta() + "/" + quota.limit() + " " + quota.key())
                .containsExactly(
                        "per_account_daily 2/2 7:account6:crab-83:u_110:2026-11-21",
                        "per_card_daily 2/3 4:card6:crab-86:stable10:2026-11-21",
                        "per_account_total 2/4 7:account6:crab-83:u_1",
                        "program_per_account_daily 7/9 7:account0:3:u_110:2026-11-21");
    }

    @Test
    void a_business_day_is_the_programs_own_and_has_as_many_hours_as_it_has() {
        Item limited = item("crab-8", ItemKind.GOODS, Map.of("CNY", 1L), new Limits(2L, null, null));
        QuotaLeg shanghai = day(limited, "Asia/Shanghai", NOW);
        assertThat(Instant.ofEpochMilli(shanghai.fromMs())).isEqualTo("2026-11-20T16:00:00Z");
        assertThat(Instant.ofEpochMilli(shanghai.untilMs())).isEqualTo("2026-11-21T16:00:00Z");
        QuotaLeg springForward = day(limited, "Europe/Berlin", Instant.parse("2026-03-29T12:00:00Z"));
        assertThat(Duration.ofMillis(springForward.untilMs() - springForward.fromMs()))
                .isEqualTo(Duration.ofHours(23));
    }

    @Test
    void an_account_is_needed_only_where_limits_per_account_apply() {
        Item limited = item("crab-8", ItemKind.GOODS, Map.of("CNY", 1L), new Limits(2L, null, null));
        assertThat(declined(Limits.NONE, List.of(limited), request(null, line("crab-8", 1))))
                .isEqualTo(Refusal.ACCOUNT_REQUIRED);
        assertThat(declined(new Limits(null, null, 1L), List.of(CRAB), request(null, line("crab-8", 1))))
                .isEqualTo(Refusal.ACCOUNT_REQUIRED);
        Item byCard = item("crab-8", ItemKind.GOODS, Map.of("CNY", 1L), new Limits(null, 2L, null));
        assertThat(quotas(ready(Limits.NONE, List.of(byCard), request(null, line("crab-8", 1)), false)))
                .hasSize(1);
    }

    @Test
    void an_unknown_item_an_unpayable_basket_and_another_total_are_declined() {
        assertThat(declined(Limits.NONE, List.of(CRAB), request(null, line("crab-9", 1))))
                .isEqualTo(Refusal.ITEM_UNKNOWN);
        Item yen = item("crab-8", ItemKind.GOODS, Map.of("points", 1L), Limits.NONE);
        assertThat(declined(Limits.NONE, List.of(yen), request(null, line("crab-8", 1))))
                .isEqualTo(Refusal.CARD_NOT_ACCEPTED);
        assertThat(card(ready(Limits.NONE, List.of(CRAB), expecting(29_900L), false))
                        .prices())
                .containsExactlyInAnyOrder(
                        new Price("gift-1000:CNY", Price.OTHER_THAN_EXPECTED),
                        new Price("crab-pass:pick", Price.OTHER_THAN_EXPECTED));
        assertThat(card(ready(Limits.NONE, List.of(CRAB), expecting(29_800L), false))
                        .prices())
                .containsExactlyInAnyOrder(
                        new Price("gift-1000:CNY", 29_800), new Price("crab-pass:pick", Price.OTHER_THAN_EXPECTED));
    }

    @Test
    void a_total_beyond_every_balance_pays_with_nothing() {
        Item dear = item("crab-8", ItemKind.GOODS, Map.of("CNY", 9_007_199_254_740_991L), Limits.NONE);
        assertThat(declined(Limits.NONE, List.of(dear), request(null, line("crab-8", 2))))
                .isEqualTo(Refusal.CARD_NOT_ACCEPTED);
    }

    @Test
    void services_and_codes_take_no_units_but_keep_their_window() {
        Sale sale = new Sale(NOW, NOW.plusSeconds(60));
        Item visit = new Item("visit", "Visit", ItemKind.SERVICE, Map.of("CNY", 1L), sale, Limits.NONE, 1);
        assertThat(ready(Limits.NONE, List.of(visit), request(null, line("visit", 1)), false)
                        .legs()
                        .get(0))
                .isEqualTo(new StockLeg("visit", 0, NOW.toEpochMilli(), NOW.toEpochMilli() + 60_000));
        assertThat(ready(Limits.NONE, List.of(VIDEO), request(null, line("video-month", 1)), false)
                        .legs())
                .hasSize(2);
    }

    @Test
    void the_canonical_request_tells_requests_apart_and_ignores_the_order_of_metadata() {
        RedemptionRequest one = request("u_1", line("crab-8", 1));
        assertThat(one.canonical()).isEqualTo(request("u_1", line("crab-8", 1)).canonical());
        assertThat(List.of(
                        one.canonical(),
                        request("u_2", line("crab-8", 1)).canonical(),
                        request("u_1", line("crab-8", 2)).canonical(),
                        request(null, line("crab-8", 1)).canonical(),
                        expecting(1L).canonical()))
                .doesNotHaveDuplicates();
    }

    private static Transaction ready(Limits program, List<Item> items, RedemptionRequest request, boolean cardLast) {
        return ((Rule.Ready) compile(program, items, request, cardLast, "Asia/Shanghai", NOW)).transaction();
    }

    private static Refusal declined(Limits program, List<Item> items, RedemptionRequest request) {
        return ((Rule.Declined) compile(program, items, request, false, "Asia/Shanghai", NOW))
                .refused()
                .reason();
    }

    private static QuotaLeg day(Item item, String zone, Instant now) {
        RedemptionRequest request = request("u_1", line(item.sku(), 1));
        return quotas(((Rule.Ready) compile(Limits.NONE, List.of(item), request, false, zone, now)).transaction())
                .get(0);
    }

    private static Rule.Compiled compile(
            Limits limits, List<Item> items, RedemptionRequest request, boolean cardLast, String zone, Instant now) {
        Program program = new Program(
                "demo",
                "demo",
                "Demo",
                ZoneId.of(zone),
                Mode.TEST,
                List.of("CNY", "points", "pick"),
                limits,
                List.of(new ProgramCell(0, 1, 1)),
                NOW,
                1);
        IdempotencyKey key = new IdempotencyKey("cl_1", new byte[16], new byte[16]);
        return new Redemption(Cell.of("demo"), key, "r1", request, cardLast)
                .compile(Catalog.of(program, List.of(GIFT, PASS), items), now);
    }

    private static RedemptionRequest request(@Nullable String account, Line... lines) {
        return new RedemptionRequest(
                new Payment(List.of("new", "stable"), "stable", null), List.of(lines), null, account, null, Map.of());
    }

    private static RedemptionRequest expecting(long total) {
        return new RedemptionRequest(
                new Payment(List.of("new", "stable"), "stable", null),
                List.of(line("crab-8", 1)),
                total,
                null,
                null,
                Map.of());
    }

    private static Line line(String sku, long quantity) {
        return new Line(sku, quantity);
    }

    private static CardLeg card(Transaction transaction) {
        return transaction.legs().stream()
                .filter(CardLeg.class::isInstance)
                .map(CardLeg.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static List<QuotaLeg> quotas(Transaction transaction) {
        return transaction.legs().stream()
                .filter(QuotaLeg.class::isInstance)
                .map(QuotaLeg.class::cast)
                .toList();
    }

    private static CardType cardType(String id, String asset, @Nullable Set<String> accepted) {
        return new CardType(id, id, asset, 4, null, accepted, SecretFormat.CROCKFORD, 1);
    }

    private static Item item(String sku, ItemKind kind, Map<String, Long> prices, Limits limits) {
        return new Item(sku, sku, kind, prices, Sale.ALWAYS, limits, 1);
    }
}
