package dev.counterfoil.ledger.model;

import static dev.counterfoil.ledger.model.SampleLegs.TOKEN;
import static dev.counterfoil.ledger.model.SampleLegs.card;
import static dev.counterfoil.ledger.model.SampleLegs.clamped;
import static dev.counterfoil.ledger.model.SampleLegs.credit;
import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.json.JsonArray;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What each kind of leg checks, in the order in which the first that applies is the answer, and what it changes. */
public abstract class LegContract extends ContractSuite {
    @Test
    protected void a_card_answers_with_the_first_that_applies() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        for (CardState state : CardState.values()) {
            posts(newCard(state.letter() + "x", 10, state, now));
        }
        posts(newCard("live", 10, CardState.ACTIVE, now + 1));
        assertThat(reason(leg("nobody", null, "other:CNY", 60, null))).isEqualTo(Refusal.CARD_UNKNOWN);
        assertThat(reason(leg("vx", "999", "other:CNY", 60, null))).isEqualTo(Refusal.CARD_UNKNOWN);
        assertThat(reason(leg("vx", null, "other:CNY", 60, null))).isEqualTo(Refusal.CARD_VOID);
        assertThat(reason(leg("fx", null, "other:CNY", 60, null))).isEqualTo(Refusal.CARD_FROZEN);
        assertThat(reason(leg("ix", null, "other:CNY", 60, null))).isEqualTo(Refusal.CARD_INACTIVE);
        assertThat(reason(leg("ax", "100ax", "other:CNY", 60, null))).isEqualTo(Refusal.CARD_EXPIRED);
        assertThat(reason(leg("live", "100live", "other:CNY", 60, null))).isEqualTo(Refusal.CARD_NOT_ACCEPTED);
        assertThat(reason(leg("live", null, TOKEN, Price.OTHER_THAN_EXPECTED, 9L)))
                .isEqualTo(Refusal.PRICE_CHANGED);
        assertThat(refused(leg("live", null, TOKEN, 11, 9L)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 11, 10, 0, false));
        assertThat(reason(leg("live", null, TOKEN, 10, 9L))).isEqualTo(Refusal.BALANCE_UNEXPECTED);
        posts(leg("live", "100live", TOKEN, 10, 10L));
        assertThat(balance("live")).isEqualTo("0");
    }

    @Test
    protected void whatever_is_wrong_with_an_untold_card_reads_unknown() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        for (CardState state : CardState.values()) {
            posts(newCard(state.letter() + "x", 10, state, now));
        }
        posts(newCard("live", 10, CardState.ACTIVE, now + 1), newCard("other", 7));
        Refused unknown = new Refused(Refusal.CARD_UNKNOWN, "req1", "", 0, 0, 0, false);
        for (String name : List.of("nobody", "vx", "fx", "ix", "ax")) {
            assertThat(refused(leg(name, null, TOKEN, 1, null).asUntold()))
                    .as(name)
                    .isEqualTo(unknown);
        }
        assertThat(refused(leg("live", "999", TOKEN, 1, null).asUntold())).isEqualTo(unknown);
        assertThat(refused(leg("live", null, "other:CNY", 1, null).asUntold())).isEqualTo(unknown);
        assertThat(refused(leg("live", null, TOKEN, 11, null).asUntold())).isEqualTo(unknown);
        CardLeg first = new CardLeg(
                List.of(id("nobody"), id("live"), id("other")),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price(TOKEN, 4)),
                null,
                null);
        posts(first.asUntold());
        assertThat(balance("live")).isEqualTo("6");
        assertThat(balance("other")).isEqualTo("7");
    }

    private static CardLeg leg(
            String name, @Nullable String number, String type, long amount, @Nullable Long expected) {
        return new CardLeg(
                List.of(id(name)),
                number,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price("another:CNY", 1), new Price(type, amount)),
                expected,
                null);
    }

    @Test
    protected void the_first_candidate_that_exists_is_the_card() {
        posts(newCard("b", 10), newCard("c", 20));
        Leg candidates = new CardLeg(
                List.of(id("a"), id("b"), id("c")),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price(TOKEN, 4)),
                null,
                null);
        posts(candidates);
        assertThat(balance("b")).isEqualTo("6");
        assertThat(balance("c")).isEqualTo("20");
        assertThat(await(on.ledger().card(on.cell(), List.of(id("a"), id("c"), id("b")))))
                .map(Card::id)
                .contains(id("c"));
        assertThat(await(on.ledger().card(on.cell(), List.of(id("a"))))).isEmpty();
    }

    @Test
    protected void types_are_of_the_first_existing_candidate_of_each_card() {
        posts(newCard("b", 10), new NewCardLeg(id("c"), "c", "1c", "pass:pick", 1, CardState.FROZEN, 1, "bt_1"));
        List<List<String>> candidates = List.of(
                List.of(id("a"), id("c"), id("b")),
                List.of(id("a")),
                List.of(),
                List.of(id("b")),
                List.of(id("b"), id("c")));
        assertThat(await(on.ledger().types(on.cell(), candidates)))
                .containsExactly(
                        Optional.of("pass:pick"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(TOKEN),
                        Optional.of(TOKEN));
        on.setEpoch(2);
        assertThatThrownBy(() -> await(on.ledger().types(on.cell(), candidates)))
                .isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    protected void an_expired_card_moves_where_the_leg_lets_it_and_the_state_is_set_in_the_same_step() {
        posts(newCard("a", 10, CardState.FROZEN, 1));
        Leg thaw = new CardLeg(
                List.of(id("a")),
                null,
                EnumSet.of(CardState.FROZEN),
                false,
                0,
                List.of(new Price(TOKEN, 7)),
                null,
                CardState.ACTIVE);
        assertThat(posts(thaw).encode()).contains(",7,10,\"a\"]");
        assertThat(storedCard("a")).isEqualTo("{b=10, c=apia, n=100a, t=gift:CNY, x=1}");
        posts(newCard("b", 10));
        assertThat(posts(card("b", -1, 4, null, CardState.VOID)).encode()).contains(",4,6,\"v\"]");
        assertThat(storedCard("b")).isEqualTo("{b=6, c=apib, n=100b, s=v, t=gift:CNY}");
        assertThat(reason(card("b", 0, 0, null, CardState.ACTIVE))).isEqualTo(Refusal.CARD_VOID);
    }

    @Test
    protected void a_new_expiry_is_set_told_and_taken_away_again() {
        posts(newCard("a", 10, CardState.ACTIVE, 1));
        assertThat(posts(until(7_000_000_000_000L)).encode()).contains("10,\"a\",7000000000000]");
        assertThat(storedCard("a")).isEqualTo("{b=10, c=apia, n=100a, t=gift:CNY, x=7000000000000}");
        assertThat(posts(debit("a", 1)).encode()).contains("9,\"a\"]");
        assertThat(posts(until(0L)).encode()).contains("9,\"a\",0]");
        assertThat(storedCard("a")).isEqualTo("{b=9, c=apia, n=100a, t=gift:CNY}");
    }

    private static Leg until(long expiresAtMs) {
        return new CardLeg(
                List.of(id("a")),
                null,
                Set.of(CardState.ACTIVE),
                false,
                0,
                List.of(new Price(TOKEN, 0)),
                null,
                null,
                expiresAtMs);
    }

    @Test
    protected void an_active_card_that_had_to_be_something_else_is_not_as_expected() {
        posts(newCard("a", 10));
        Leg activate = new CardLeg(
                List.of(id("a")),
                null,
                Set.of(CardState.INACTIVE),
                true,
                0,
                List.of(new Price(TOKEN, 0)),
                null,
                CardState.ACTIVE);
        assertThat(reason(activate)).isEqualTo(Refusal.BALANCE_UNEXPECTED);
    }

    @Test
    protected void a_card_is_made_once() {
        posts(newCard("a", 10, CardState.INACTIVE, 7_000_000_000_000L));
        assertThat(storedCard("a")).isEqualTo("{b=10, c=apia, n=100a, s=i, t=gift:CNY, x=7000000000000}");
        assertThat(reason(newCard("a", 10))).isEqualTo(Refusal.CARD_EXISTS);
    }

    @Test
    protected void amounts_up_to_two_to_the_53rd_minus_1_are_exact() {
        for (long balance : new long[] {100_000_000_000_000L, 1_000_000_000_000_001L, Amounts.MAX - 1, Amounts.MAX}) {
            String name = "big" + balance % 997;
            post("issue" + name, newCard(name, balance));
            Posted posted = (Posted) post("k" + name, debit(name, 1));
            assertThat(balance(name)).isEqualTo(Long.toString(balance - 1));
            assertThat(posted.transaction().results().getJsonArray(0).getLong(5))
                    .isEqualTo(balance - 1);
            post("l" + name, debit(name, balance - 1));
            assertThat(balance(name)).isEqualTo("0");
        }
    }

    @Test
    protected void a_credit_beyond_two_to_the_53rd_minus_1_writes_nothing() {
        post("stock", stock("crab", Amounts.MAX));
        post("issue", newCard("a", Amounts.MAX - 1));
        SortedMap<String, String> before = on.contents();
        assertThat(refused(stock("crab", 1)))
                .isEqualTo(new Refused(Refusal.BALANCE_LIMIT, "req1", "", 1, Amounts.MAX, 0, false));
        assertThat(refused(credit("a", 2)))
                .isEqualTo(new Refused(Refusal.BALANCE_LIMIT, "req1", "", 2, Amounts.MAX - 1, 0, false));
        assertThat(on.contents()).isEqualTo(before);
        posts(credit("a", 1));
        assertThat(balance("a")).isEqualTo(Long.toString(Amounts.MAX));
    }

    @Test
    protected void stock_is_sold_from_the_opening_to_the_moment_before_the_close_and_to_the_last_unit() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        posts(stock("crab", 2));
        assertThat(refused(new StockLeg("crab", -3, now + 1, now)))
                .isEqualTo(new Refused(Refusal.SALE_NOT_OPEN, "req1", "", 0, 0, now + 1, false));
        assertThat(reason(new StockLeg("crab", -3, now, now))).isEqualTo(Refusal.SALE_CLOSED);
        assertThat(refused(new StockLeg("crab", -3, now, now + 1)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_STOCK, "req1", "", 3, 2, 0, false));
        assertThat(posts(new StockLeg("crab", 0, now, now + 1)).encode()).isEqualTo("[[2]]");
        assertThat(posts(new StockLeg("crab", -2, now, now + 1)).encode()).isEqualTo("[[0]]");
    }

    @Test
    protected void a_look_tells_what_the_key_has_or_what_the_first_leg_says_and_writes_nothing() {
        posts(stock("crab", 2));
        post("issue", newCard("a", 100));
        Posted sold = (Posted) post("sold", stock("crab", -1), debit("a", 10));
        post("dear", debit("a", 500));
        SortedMap<String, String> before = on.contents();
        Leg two = stock("crab", -2);
        assertThat(look("new", two, debit("a", 10)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_STOCK, "req1", "", 2, 1, 0, false));
        assertThat(look("sold", two)).isEqualTo(new Posted(sold.transaction(), true));
        assertThat(((Refused) look("dear", two)).replayed()).isTrue();
        Posted passes = (Posted) look("new", stock("crab", -1), debit("nobody", 10));
        assertThat(passes.replayed()).isFalse();
        assertThat(passes.transaction().sequence()).isZero();
        long now = on.nowMs();
        assertThat(((Refused) look("late", new StockLeg("crab", -1, 0, now))).reason())
                .isEqualTo(Refusal.SALE_CLOSED);
        assertThat(on.contents()).isEqualTo(before);
        assertThat(post("late", stock("crab", -1))).isInstanceOf(Posted.class);
        // Posted, the same refusal is final for its key.
        Leg closed = new StockLeg("crab", -1, 0, now);
        assertThat(post("closed", closed).replayed()).isFalse();
        assertThat(post("closed", closed).replayed()).isTrue();
    }

    private Outcome look(String key, Leg... legs) {
        return await(on.ledger().look(SampleLegs.transaction(on.cell(), key, key, null, List.of(legs))));
    }

    @Test
    protected void codes_are_taken_oldest_first_and_each_once() {
        post("load", new CodesAddLeg("video", List.of("c1:k.A", "c2:k.B", "c3:k.C")));
        Posted two = (Posted) post("k1", new CodesLeg("video", 2));
        assertThat(two.transaction().results().getJsonArray(0).getList()).isEqualTo(List.of("c1:k.A", "c2:k.B"));
        assertThat((Refused) post("k2", new CodesLeg("video", 2)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_STOCK, "req1", "", 2, 1, 0, false));
        assertThat(posts(new CodesAddLeg("video", List.of("c4:k.D"))).encode()).isEqualTo("[[2]]");
        Posted last = (Posted) post("k3", new CodesLeg("video", 1));
        assertThat(last.transaction().results().getJsonArray(0).getList()).isEqualTo(List.of("c3:k.C"));
    }

    @Test
    protected void a_clamped_quota_takes_what_is_left_and_a_closed_one_lets_nothing_pass() {
        QuotaLeg close = new QuotaLeg("batch", "b", 10, 10, 0, 0, 0, true);
        post("k1", quota("b", 4, 10));
        assertThat(post("close", close)).isInstanceOf(Posted.class);
        assertThat(((Refused) post("k2", quota("b", 1, 10))).reason()).isEqualTo(Refusal.QUOTA_EXCEEDED);
    }

    @Test
    protected void a_clamped_quota_whose_limit_was_lowered_meanwhile_keeps_what_was_used() {
        posts(quota("q", 8, 10));
        assertThat(posts(clamped("q", 1, 5))).isEqualTo(used(8));
        assertThat(posts(clamped("q", -1, 5))).isEqualTo(used(7));
        assertThat(posts(clamped("q", -9, 5))).isEqualTo(used(0));
        assertThat(posts(clamped("q", 9, 5))).isEqualTo(used(5));
    }

    private static JsonArray used(long used) {
        return new JsonArray().add(new JsonArray().add(used));
    }

    @Test
    protected void a_quota_lets_pass_what_its_limit_allows_and_returns_no_more_than_was_used() {
        assertThat(posts(quota("q", 3, 3))).isEqualTo(used(3));
        assertThat(refused(new QuotaLeg("daily", "q", 1, 3, 0, 7_000_000_000_000L, 0, false)))
                .isEqualTo(new Refused(Refusal.QUOTA_EXCEEDED, "req1", "daily", 3, 3, 7_000_000_000_000L, false));
        assertThat(posts(quota("q", 0, 2))).isEqualTo(used(3));
        assertThatThrownBy(() -> post("k", quota("q", -4, 3))).isInstanceOf(LedgerFault.Faulty.class);
        assertThat(posts(quota("q", -3, 3))).isEqualTo(used(0));
    }

    @Test
    protected void a_window_that_redis_time_is_not_in_is_stale() {
        Leg yesterday = new QuotaLeg("per_account_daily", "q", 1, 9, 1, 2, 3, false);
        assertThat(((Refused) post("k1", yesterday)).reason()).isEqualTo(Refusal.STALE_DAY);
    }

    @Test
    protected void a_quota_counts_from_the_first_to_the_last_millisecond_of_its_window_and_then_goes() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        assertThat(reason(new QuotaLeg("d", "q", 1, 9, now + 1, now + 9, now + 9, false)))
                .isEqualTo(Refusal.STALE_DAY);
        assertThat(reason(new QuotaLeg("d", "q", 1, 9, now - 9, now, now + 9, false)))
                .isEqualTo(Refusal.STALE_DAY);
        posts(new QuotaLeg("d", "q", 4, 9, now, now + 1, now + 3, false));
        assertThat(on.contents()).containsEntry("quota:q", "4 until " + (now + 3));
        on.moveClock(now + 2);
        assertThat(on.contents()).containsKey("quota:q");
        on.moveClock(now + 3);
        assertThat(on.contents()).doesNotContainKey("quota:q");
        assertThat(posts(quota("q", 1, 9))).isEqualTo(used(1));
        assertThat(on.contents()).containsEntry("quota:q", "1");
    }
}
