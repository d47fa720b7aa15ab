package dev.counterfoil.ledger.model;

import static dev.counterfoil.ledger.model.SampleLegs.card;
import static dev.counterfoil.ledger.model.SampleLegs.credit;
import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.Followed;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Lot;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds, what follows a transaction, what is set aside, owners, and balances in lots. */
public abstract class HoldContract extends ContractSuite {
    private static FollowLeg follow(long of, @Nullable Closing closing, long before, long delta, long whole) {
        return new FollowLeg(
                of,
                closing,
                "",
                0,
                7_000_000_000_000L,
                7_000_000_000_001L,
                List.of(new FollowLeg.Part("a:CNY", before, delta, whole)));
    }

    private Followed followed(long sequence) {
        return await(on.ledger().followed(on.cell(), sequence));
    }

    @Test
    protected void a_hold_is_open_until_it_is_closed_once() {
        takeTheClock(LedgerLimits.standard());
        posts(newCard("a", 10));
        assertThat(posts(debit("a", 4).aside(Leg.ASIDE_AMOUNT), new HoldLeg(1_000))
                        .encode())
                .contains(",4,6,\"a\"]", ",[]");
        assertThat(storedCard("a")).contains("b=6", "h=4");
        assertThat(followed(2).heldUntilMs()).isEqualTo(on.nowMs() + 1_000);
        assertThat(posts(follow(2, Closing.CAPTURE, 0, 1, 4), credit("a", 1).aside(4))
                        .encode())
                .startsWith("[[1],");
        assertThat(storedCard("a")).contains("b=7").doesNotContain("h=");
        assertThat(followed(2).heldUntilMs()).isZero();
        for (Closing again : Closing.values()) {
            assertThat(reason(follow(2, again, 1, 0, 4))).isEqualTo(Refusal.HOLD_NOT_OPEN);
        }
        assertThat(reason(follow(1, Closing.RELEASE, 0, 0, 4))).isEqualTo(Refusal.HOLD_NOT_OPEN);
    }

    @Test
    protected void a_hold_is_captured_before_its_deadline_lapses_from_then_on_and_is_released_at_any_time() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        posts(new HoldLeg(10));
        posts(new HoldLeg(10));
        posts(new HoldLeg(10));
        on.moveClock(now + 9);
        assertThat(await(on.ledger().dueHolds(on.cell(), 9)).sequences()).isEmpty();
        assertThat(reason(follow(1, Closing.EXPIRY, 0, 0, 1))).isEqualTo(Refusal.HOLD_RUNNING);
        posts(follow(2, Closing.CAPTURE, 0, 0, 1));
        on.moveClock(now + 10);
        assertThat(await(on.ledger().dueHolds(on.cell(), 9)).sequences()).isEqualTo(List.of(1L, 3L));
        assertThat(await(on.ledger().dueHolds(on.cell(), 1)).sequences()).isEqualTo(List.of(1L));
        assertThat(reason(follow(1, Closing.CAPTURE, 0, 0, 1))).isEqualTo(Refusal.HOLD_EXPIRED);
        posts(follow(1, Closing.EXPIRY, 0, 1, 1));
        posts(follow(3, Closing.RELEASE, 0, 1, 1));
        assertThat(await(on.ledger().dueHolds(on.cell(), 9)).sequences()).isEmpty();
    }

    @Test
    protected void never_more_is_given_back_than_there_was() {
        posts(newCard("a", 10));
        assertThat(posts(follow(1, null, 0, 3, 5))).isEqualTo(new JsonArray().add(new JsonArray().add(3)));
        assertThat(reason(follow(1, null, 0, 1, 5))).isEqualTo(Refusal.FOLLOWED);
        assertThat(refused(follow(1, null, 3, 3, 5)))
                .isEqualTo(new Refused(Refusal.EXCEEDS_REMAINING, "req1", "a:CNY", 5, 3, 0, false));
        posts(follow(1, null, 3, 2, 5));
        assertThat(reason(follow(1, null, 5, 1, 5))).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(followed(1).returned()).isEqualTo(Map.of("a:CNY", 5L));
        assertThat(followed(1).counted()).isTrue();
        assertThat(followed(2).counted()).isFalse();
    }

    @Test
    protected void a_count_that_lapsed_is_taken_from_the_rule_within_its_window_only() {
        takeTheClock(LedgerLimits.standard());
        long now = on.nowMs();
        List<FollowLeg.Part> two = List.of(new FollowLeg.Part("a:CNY", 0, 2, 5));
        List<FollowLeg.Part> more = List.of(new FollowLeg.Part("a:CNY", 2, 2, 5));
        posts(new FollowLeg(1, null, "s", now, now + 5, now + 9, two));
        on.moveClock(now + 8);
        assertThat(followed(1).state()).isEqualTo("s");
        on.moveClock(now + 9);
        assertThat(followed(1).counted()).isFalse();
        assertThat(reason(new FollowLeg(1, null, "", now + 10, now + 11, now + 12, more)))
                .isEqualTo(Refusal.STALE_DAY);
        assertThat(reason(new FollowLeg(1, null, "", now, now + 9, now + 12, more)))
                .isEqualTo(Refusal.STALE_DAY);
        posts(new FollowLeg(1, null, "", now + 9, now + 10, now + 10, more));
        assertThat(followed(1).returned()).isEqualTo(Map.of("a:CNY", 4L));
    }

    @Test
    protected void no_more_is_set_aside_no_longer_than_is_and_no_more_than_a_balance_holds() {
        posts(newCard("a", 10));
        posts(debit("a", 3).aside(Leg.ASIDE_AMOUNT));
        assertThatThrownBy(() -> post("k1", credit("a", 0).aside(4))).isInstanceOf(LedgerFault.Faulty.class);
        posts(credit("a", 0).aside(2));
        assertThat(storedCard("a")).contains("b=7", "h=1");
        posts(credit("a", 1).aside(1));
        assertThat(storedCard("a")).contains("b=8").doesNotContain("h=");
        posts(newCard("big", Amounts.MAX));
        posts(debit("big", Amounts.MAX).aside(Leg.ASIDE_AMOUNT));
        posts(credit("big", 5));
        assertThat(reason(debit("big", 1).aside(Leg.ASIDE_AMOUNT))).isEqualTo(Refusal.BALANCE_LIMIT);
        assertThat(storedCard("big")).contains("b=5", "h=" + Amounts.MAX);
    }

    @Test
    protected void what_is_set_aside_of_one_asset_is_not_of_another() {
        AccountLeg points = new AccountLeg("u", "points", 1, 9, false, false, null, null);
        AccountLeg money = new AccountLeg("u", "CNY", 1, 9, false, false, null, null);
        posts(points, money);
        posts(
                new AccountLeg("u", "points", -1, 4, false, false, null, null).aside(Leg.ASIDE_AMOUNT),
                new AccountLeg("u", "CNY", -1, 2, false, false, null, null).aside(Leg.ASIDE_AMOUNT));
        Account account = await(on.ledger().account(on.cell(), "u")).orElseThrow();
        assertThat(account.balances().get("points")).isEqualTo(new Account.Balance(5, 4, List.of()));
        assertThat(account.balances().get("CNY")).isEqualTo(new Account.Balance(7, 2, List.of()));
        assertThatThrownBy(() -> post("k", money.aside(3))).isInstanceOf(LedgerFault.Faulty.class);
    }

    @Test
    protected void a_card_with_an_owner_is_spent_by_him_alone() {
        posts(newCard("a", 10));
        posts(debit("a", 1).spentBy("u"));
        posts(card("a", 0, 0, null, null).givenTo("u"));
        assertThat(storedCard("a")).contains("o=u");
        assertThat(reason(debit("a", 1).spentBy("w"))).isEqualTo(Refusal.CARD_NOT_OWNED);
        assertThat(reason(debit("a", 1).spentBy(null))).isEqualTo(Refusal.CARD_NOT_OWNED);
        assertThat(reason(debit("a", 99).spentBy("*"))).isEqualTo(Refusal.CARD_NOT_OWNED);
        posts(debit("a", 1).spentBy("u"));
        posts(debit("a", 1));
        assertThat(balance("a")).isEqualTo("7");
    }

    private static AccountLeg move(int sign, long amount, String lots) {
        return new AccountLeg("u", "points", sign, amount, false, false, null, null).lots(lots);
    }

    private Account.Balance points() {
        return await(on.ledger().account(on.cell(), "u"))
                .orElseThrow()
                .balances()
                .get("points");
    }

    @Test
    protected void the_first_to_expire_is_spent_first_and_what_returns_keeps_its_expiry() {
        takeTheClock(LedgerLimits.standard());
        long december = on.nowMs() + 1_000;
        long june = on.nowMs() + 2_000;
        posts(move(1, 500, june + ":-:500;"));
        posts(move(1, 300, december + ":-:300;"));
        assertThat(posts(move(-1, 400, "")).encode())
                .isEqualTo("[[400,400,\"" + december + ":-:300;" + june + ":-:100;\",0,\"" + june + ":-:400;\"]]");
        posts(move(1, 150, june + ":-:100;" + december + ":-:50;"));
        assertThat(points().lots()).isEqualTo(List.of(new Lot(december, "-", 50), new Lot(june, "-", 500)));
        on.moveClock(december);
        assertThat(points()).isEqualTo(new Account.Balance(500, 0, List.of(new Lot(june, "-", 500))));
        assertThat(refused(move(-1, 501, "")))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 501, 500, 0, false));
        assertThat(posts(move(-1, 1, "")).encode())
                .isEqualTo("[[1,499,\"" + june + ":-:1;\",50,\"" + june + ":-:499;\"]]");
    }

    @Test
    protected void paid_money_is_spent_before_the_bonus_where_the_rule_says_so() {
        posts(move(1, 10_000, "0:bonus:10000;"));
        posts(move(1, 50_000, "0:paid:50000;"));
        posts(move(-1, 55_000, "paid,bonus"));
        assertThat(points().lots()).isEqualTo(List.of(new Lot(0, "bonus", 5_000)));
        assertThat(reason(move(-1, 1, "paid"))).isEqualTo(Refusal.INSUFFICIENT_BALANCE);
        posts(move(-1, 5_000, "bonus"));
        assertThat(points()).isEqualTo(Account.Balance.of(0));
        posts(move(1, 7, ""));
        assertThat(points()).isEqualTo(Account.Balance.of(7));
    }

    @Test
    protected void a_plain_balance_becomes_a_lot_that_never_expires() {
        posts(move(1, 7, ""));
        posts(move(1, 3, "7000000000000:gift:3;"));
        assertThat(points().lots()).isEqualTo(List.of(new Lot(7_000_000_000_000L, "gift", 3), new Lot(0, "-", 7)));
        for (String wrong : List.of("0:gift:2;", "0:gift:0;0:-:3;", "0:gift:03;", "9007199254740992:gift:3;")) {
            assertThatThrownBy(() -> post("k", move(1, 3, wrong))).isInstanceOf(LedgerFault.Faulty.class);
        }
    }

    @Test
    protected void what_never_expires_comes_last_and_like_dates_in_their_order() {
        long date = 7_000_000_000_000L;
        posts(move(1, 3, date + ":b:3;"));
        posts(move(1, 2, "0:bonus:2;"));
        posts(move(1, 1, date + ":a:1;"));
        posts(move(1, 4, (date - 1) + ":c:4;"));
        assertThat(points().lots())
                .isEqualTo(List.of(
                        new Lot(date - 1, "c", 4),
                        new Lot(date, "b", 3),
                        new Lot(date, "a", 1),
                        new Lot(0, "bonus", 2)));
    }

    @Test
    protected void a_balance_has_32_lots_at_most() {
        for (int n = 0; n < 32; n++) {
            posts(move(1, 1, "0:t" + n + ":1;"));
        }
        assertThatThrownBy(() -> post("k", move(1, 1, "0:t32:1;"))).isInstanceOf(LedgerFault.Faulty.class);
        posts(move(1, 1, "0:t31:1;"));
        assertThat(points().lots()).hasSize(32);
    }

    @Test
    protected void a_rule_names_the_tier_that_it_was_compiled_for() {
        AccountLeg points = move(1, 5, "");
        posts(points.setting(Map.of("tier", "gold", "family", "f1")));
        assertThat(reason(points.expecting(Map.of("tier", "silver")))).isEqualTo(Refusal.ACCOUNT_UNEXPECTED);
        assertThat(reason(points.expecting(Map.of("family", "", "tier", "gold"))))
                .isEqualTo(Refusal.ACCOUNT_UNEXPECTED);
        posts(points.expecting(Map.of("tier", "gold", "family", "f1", "vip", ""))
                .setting(Map.of("family", "")));
        assertThat(await(on.ledger().account(on.cell(), "u")).orElseThrow().attributes())
                .isEqualTo(Map.of("tier", "gold"));
        posts(points.expecting(Map.of("family", "")));
    }

    @Test
    protected void a_streak_goes_on_from_the_day_it_stood_at() {
        posts(SampleLegs.quota("streak", 1, 7).expecting(0));
        assertThat(reason(SampleLegs.quota("streak", 1, 7).expecting(0))).isEqualTo(Refusal.QUOTA_UNEXPECTED);
        posts(SampleLegs.quota("streak", 1, 7).expecting(1));
    }

    @Test
    protected void a_claw_back_takes_what_is_there_and_tells_the_shortfall() {
        posts(move(1, 30, ""));
        Leg due = new DueLeg(List.of(50L), List.of(List.of(0)));
        Leg taken = new AccountLeg("u", "points", -1, Price.DRAWN, false, false, null, null);
        assertThat(posts(due, taken, new PaidLeg(true)).encode()).isEqualTo("[[],[30,0],[20]]");
        assertThat(reason(due, taken, new PaidLeg(true))).isEqualTo(Refusal.INSUFFICIENT_BALANCE);
        assertThat(posts(due, taken, new PaidLeg(true, true)).encode())
                .as("all of it is missing, and what else the transaction does is done")
                .isEqualTo("[[],[0,0],[50]]");
    }

    @Test
    protected void the_last_seat_of_a_group_is_taken_once_and_whoever_takes_it_is_told() {
        QuotaLeg seat = SampleLegs.quota("group", 1, 3);
        assertThat(posts(seat).encode()).isEqualTo("[[1]]");
        assertThat(posts(seat).encode()).isEqualTo("[[2]]");
        assertThat(posts(seat).encode())
                .as("the group is complete with this one")
                .isEqualTo("[[3]]");
        assertThat(reason(seat)).isEqualTo(Refusal.QUOTA_EXCEEDED);
        posts(SampleLegs.quota("group", -1, 3));
        assertThat(posts(seat).encode()).as("a seat that was given back").isEqualTo("[[3]]");
    }

    @Test
    protected void two_transfers_of_one_card_race_and_one_new_card_exists() {
        posts(newCard("old", 10));
        List<Leg> toA = List.of(card("old", -1, 10, 10L, CardState.VOID), newCard("newA", 10));
        List<Leg> toB = List.of(card("old", -1, 10, 10L, CardState.VOID), newCard("newB", 10));
        var first = on.ledger().post(transaction("a", "a", toA.toArray(new Leg[0])));
        var second = on.ledger().post(transaction("b", "b", toB.toArray(new Leg[0])));
        assertThat(await(first)).isInstanceOf(Posted.class);
        assertThat(((Refused) await(second)).reason()).isEqualTo(Refusal.CARD_VOID);
        assertThat(storedCard("newA")).contains("b=10");
        assertThat(storedCard("newB")).isEqualTo("none");
    }
}
