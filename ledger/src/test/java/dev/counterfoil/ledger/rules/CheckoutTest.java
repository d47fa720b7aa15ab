package dev.counterfoil.ledger.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.PaidLeg;
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
import dev.counterfoil.ledger.rules.RedemptionRequest.AccountPayment;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import dev.counterfoil.ledger.rules.RedemptionRequest.Money;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payer;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.SecretFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckoutTest {
    private static final Instant NOW = Instant.parse("2026-11-21T15:59:59Z");
    private static final String GIFT = "gift:CNY";
    private static final String PASS = "pass:pick";
    private static final Item CRAB = item("crab", Map.of("CNY", 300L, "pick", 1L), new Limits(null, 5L, null));
    private static final Item TEA = item("tea", Map.of("CNY", 10L, "points", 50L), Limits.NONE);

    @Test
    void each_line_is_paid_in_the_asset_of_the_first_payer_that_can_pay_for_it() {
        Transaction transaction =
                ready(lines(List.of(card("a"), card("b")), null, line("crab", 2), line("tea", 3)), PASS, GIFT);
        assertThat(transaction.legs()).contains(new DueLeg(List.of(2L, 30L), List.of(List.of(0), List.of(1))));
    }

    @Test
    void legs_come_in_the_order_stock_dues_payers_paid_limits_and_every_card_is_charged_with_every_unit() {
        Transaction transaction =
                ready(lines(List.of(card("a"), card("b")), null, line("crab", 2), line("tea", 1)), GIFT, GIFT);
        assertThat(transaction.legs())
                .<Class<?>>extracting(Object::getClass)
                .containsExactly(
                        StockLeg.class,
                        StockLeg.class,
                        DueLeg.class,
                        CardLeg.class,
                        CardLeg.class,
                        PaidLeg.class,
                        QuotaLeg.class,
                        QuotaLeg.class);
        assertThat(transaction.legs().stream()
                        .filter(QuotaLeg.class::isInstance)
                        .map(leg -> ((QuotaLeg) leg).delta()))
                .containsOnly(2L);
    }

    @Test
    void credit_stands_for_the_currency_of_the_program() {
        Transaction transaction =
                ready(lines(List.of(new AccountPayment("u", "credit")), null, line("tea", 1)), (String) null);
        assertThat(transaction.legs()).contains(AccountLeg.pays("u", "CNY", Price.DRAWN));
    }

    @Test
    void an_order_without_items_is_one_due_and_counts_no_units() {
        RedemptionRequest request = new RedemptionRequest(
                List.of(card("a"), new AccountPayment("u", "CNY")),
                List.of(),
                new Money(158, "CNY"),
                true,
                null,
                null,
                null,
                Map.of(),
                0);
        assertThat(ready(request, GIFT, null).legs())
                .hasSize(4)
                .startsWith(new DueLeg(List.of(158L), List.of(List.of(0), List.of(0))))
                .endsWith(new PaidLeg(true));
    }

    @Test
    void what_a_payer_cannot_pay_for_is_declined() {
        assertThat(declined(lines(List.of(card("a")), null, line("tea", 1)), PASS))
                .isEqualTo(Refusal.CARD_NOT_ACCEPTED);
        assertThat(declined(lines(List.of(card("a"), card("b")), null, line("crab", 1)), GIFT, PASS))
                .isEqualTo(Refusal.CARD_NOT_ACCEPTED);
        assertThat(declined(lines(List.of(card("a")), null, line("wine", 1)), GIFT))
                .isEqualTo(Refusal.ITEM_UNKNOWN);
        RedemptionRequest byPass = new RedemptionRequest(
                List.of(card("a")), List.of(), new Money(1, "pick"), false, null, null, null, Map.of(), 0);
        assertThat(declined(byPass, PASS)).isEqualTo(Refusal.CARD_NOT_ACCEPTED);
    }

    @Test
    void an_expected_total_guards_the_sum_and_only_that_of_one_asset() {
        List<Payer> payers = List.of(card("a"), card("b"));
        assertThat(ready(lines(payers, 330L, line("crab", 1), line("tea", 3)), GIFT, GIFT)
                        .legs())
                .isNotEmpty();
        assertThat(declined(lines(payers, 331L, line("crab", 1), line("tea", 3)), GIFT, GIFT))
                .isEqualTo(Refusal.PRICE_CHANGED);
        assertThat(declined(lines(payers, 31L, line("crab", 1), line("tea", 3)), PASS, GIFT))
                .isEqualTo(Refusal.TOTAL_IN_SEVERAL_ASSETS);
    }

    @Test
    void a_card_that_was_not_found_is_looked_at_again_by_the_script_and_nothing_is_taken() {
        Transaction transaction = ready(lines(List.of(card("a"), card("b")), null, line("tea", 1)), GIFT, null);
        assertThat(transaction.legs().stream().filter(CardLeg.class::isInstance).map(leg -> ((CardLeg) leg).sign()))
                .containsExactly(0, 0);
        assertThat(transaction.legs()).noneMatch(DueLeg.class::isInstance);
    }

    @Test
    void what_is_drawn_is_a_debit() {
        List<Price> drawn = List.of(new Price(GIFT, Price.DRAWN));
        for (int sign : new int[] {0, 1}) {
            assertThatThrownBy(() -> new CardLeg(List.of("a"), null, Set.of(), true, sign, drawn, null, null))
                    .hasMessageContaining("sign: " + sign + " (expected: -1");
            assertThatThrownBy(() -> new AccountLeg("u", "CNY", sign, Price.DRAWN, true, false, null, null))
                    .hasMessageContaining("sign: " + sign + " (expected: -1");
        }
    }

    @Test
    void there_are_no_more_than_ten_payers() {
        List<Payer> eleven = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            eleven.add(card("c" + i));
        }
        assertThatThrownBy(() -> lines(eleven, null, line("tea", 1)))
                .hasMessageContaining("payers: 11 (expected: 1..10)");
    }

    private static Transaction ready(RedemptionRequest request, @Nullable String... types) {
        return ((Rule.Ready) compile(request, types)).transaction();
    }

    private static Refusal declined(RedemptionRequest request, @Nullable String... types) {
        return ((Rule.Declined) compile(request, types)).refused().reason();
    }

    private static Rule.Compiled compile(RedemptionRequest request, @Nullable String... types) {
        Program program = new Program(
                "demo",
                "demo",
                "Demo",
                ZoneId.of("Asia/Shanghai"),
                Mode.TEST,
                List.of("CNY", "points", "pick"),
                Limits.NONE,
                List.of(new ProgramCell(0, 1, 1)),
                NOW,
                1);
        List<Optional<String>> found = new ArrayList<>();
        for (String type : types) {
            found.add(Optional.ofNullable(type));
        }
        IdempotencyKey key = new IdempotencyKey("cl_1", new byte[16], new byte[16]);
        List<CardType> cardTypes = List.of(
                new CardType("gift", "gift", "CNY", 4, null, null, SecretFormat.CROCKFORD, 1),
                new CardType("pass", "pass", "pick", 4, null, Set.of("crab"), SecretFormat.CROCKFORD, 1));
        return new Checkout(Cell.of("demo"), key, "r1", request, found, false)
                .compile(Catalog.of(program, cardTypes, List.of(CRAB, TEA)), NOW);
    }

    private static RedemptionRequest lines(List<Payer> payers, @Nullable Long expectedTotal, Line... lines) {
        return new RedemptionRequest(payers, List.of(lines), null, false, expectedTotal, null, null, Map.of(), 0);
    }

    private static Payment card(String name) {
        return new Payment(List.of(name), name, null);
    }

    private static Line line(String sku, long quantity) {
        return new Line(sku, quantity);
    }

    private static Item item(String sku, Map<String, Long> prices, Limits limits) {
        return new Item(sku, sku, ItemKind.GOODS, prices, Sale.ALWAYS, limits, 1);
    }
}
