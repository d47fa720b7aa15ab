package dev.counterfoil.ledger.model;

import static dev.counterfoil.ledger.model.SampleLegs.TOKEN;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holders' accounts, payments that are split over cards and accounts, and previews. */
public abstract class PaymentContract extends ContractSuite {
    private static Leg credit(String account, String asset, long amount) {
        return new AccountLeg(account, asset, 1, amount, false, false, null, null);
    }

    private static Leg flags(String account, @Nullable Boolean frozen, @Nullable Boolean verified) {
        return new AccountLeg(account, "CNY", 0, 0, false, false, frozen, verified);
    }

    private static Leg pays(String card) {
        return new CardLeg(
                List.of(id(card)),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price(TOKEN, Price.DRAWN)),
                null,
                null);
    }

    private static Leg accountPays(String account, String asset) {
        return AccountLeg.pays(account, asset, Price.DRAWN);
    }

    private Account account(String name) {
        return await(on.ledger().account(on.cell(), name)).orElseThrow();
    }

    @Test
    protected void an_account_holds_several_assets_and_is_there_once_something_was_written() {
        assertThat(await(on.ledger().account(on.cell(), "u"))).isEmpty();
        posts(credit("u", "CNY", 0));
        assertThat(await(on.ledger().account(on.cell(), "u"))).isEmpty();
        posts(credit("u", "CNY", 50), credit("u", "points", 7), credit("张三:1", "CNY", 1));
        assertThat(account("u")).isEqualTo(new Account("u", false, false, balances(50, 7), new TreeMap<>()));
        assertThat(account("张三:1").balances()).containsEntry("CNY", Account.Balance.of(1));
        posts(AccountLeg.pays("u", "CNY", 50));
        assertThat(account("u").balances())
                .containsEntry("CNY", Account.Balance.of(0))
                .containsEntry("points", Account.Balance.of(7));
    }

    @Test
    protected void an_account_refuses_frozen_then_unverified_then_balance() {
        Leg pay = new AccountLeg("u", "CNY", -1, 5, true, true, null, null);
        posts(credit("u", "CNY", 4));
        posts(flags("u", true, null));
        assertThat(reason(pay)).isEqualTo(Refusal.ACCOUNT_FROZEN);
        posts(flags("u", false, null));
        assertThat(reason(pay)).isEqualTo(Refusal.ACCOUNT_UNVERIFIED);
        posts(flags("u", null, true));
        assertThat(refused(pay)).isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 5, 4, 0, false));
        posts(flags("u", null, false), credit("u", "points", 1));
        posts(new AccountLeg("u", "CNY", -1, 4, true, false, null, null));
        assertThat(account("u")).isEqualTo(new Account("u", false, false, balances(0, 1), new TreeMap<>()));
    }

    @Test
    protected void an_account_takes_no_more_than_two_to_the_53rd_minus_1() {
        posts(credit("u", "CNY", Amounts.MAX));
        assertThat(refused(credit("u", "CNY", 1)))
                .isEqualTo(new Refused(Refusal.BALANCE_LIMIT, "req1", "", 1, Amounts.MAX, 0, false));
        posts(AccountLeg.pays("u", "CNY", 1));
        assertThat(account("u").balances()).containsEntry("CNY", Account.Balance.of(Amounts.MAX - 1));
    }

    @Test
    protected void cards_and_an_account_pay_in_their_order_each_for_what_it_may() {
        posts(newCard("a", 30), newCard("b", 50), credit("u", "CNY", 100));
        Leg due = new DueLeg(List.of(40L, 60L), List.of(List.of(1, 0), List.of(0), List.of(0, 1)));
        Posted posted = (Posted) post("k", due, pays("a"), pays("b"), accountPays("u", "CNY"), new PaidLeg(false));
        assertThat(posted.transaction().results().getJsonArray(1).getLong(4)).isEqualTo(30);
        assertThat(posted.transaction().results().getJsonArray(2).getLong(4)).isEqualTo(40);
        assertThat(posted.transaction().results().getJsonArray(3).encode()).isEqualTo("[30,70]");
        assertThat(posted.transaction().results().getJsonArray(4).encode()).isEqualTo("[0,0]");
        assertThat(balance("a")).isEqualTo("0");
        assertThat(balance("b")).isEqualTo("10");
    }

    @Test
    protected void a_payment_that_does_not_suffice_takes_nothing_from_anybody() {
        posts(newCard("a", 30), credit("u", "CNY", 9), stock("crab", 1));
        SortedMap<String, String> before = on.contents();
        Leg due = new DueLeg(List.of(40L), List.of(List.of(0), List.of(0)));
        Refused refused = (Refused) await(on.ledger()
                .preview(SampleLegs.transaction(
                        on.cell(),
                        "p",
                        "p",
                        stock("crab", -1),
                        due,
                        pays("a"),
                        accountPays("u", "CNY"),
                        new PaidLeg(false))));
        assertThat(refused).isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 40, 39, 0, false));
        assertThat(on.contents()).isEqualTo(before);
        assertThat(post("k", stock("crab", -1), due, pays("a"), accountPays("u", "CNY"), new PaidLeg(false)))
                .isEqualTo(refused);
        assertThat(balance("a")).isEqualTo("30");
        assertThat(account("u").balances()).containsEntry("CNY", Account.Balance.of(9));
        assertThat(on.contents().keySet()).containsAll(before.keySet()).hasSize(before.size() + 1);
    }

    @Test
    protected void what_is_not_paid_may_remain_where_the_leg_says_so_but_something_has_to_be_paid() {
        posts(newCard("a", 30), newCard("b", 1));
        posts(SampleLegs.debit("b", 1));
        Leg due = new DueLeg(List.of(40L), List.of(List.of(0), List.of(0)));
        Posted posted = (Posted) post("k", due, pays("b"), pays("a"), new PaidLeg(true));
        assertThat(posted.transaction().results().getJsonArray(3).encode()).isEqualTo("[10]");
        assertThat(((Refused) post("l", due, pays("b"), pays("a"), new PaidLeg(true))).reason())
                .isEqualTo(Refusal.INSUFFICIENT_BALANCE);
    }

    @Test
    protected void dues_that_are_not_opened_once_and_closed_are_at_fault() {
        posts(newCard("a", 30));
        Leg due = new DueLeg(List.of(10L), List.of(List.of(0)));
        Leg paid = new PaidLeg(true);
        SortedMap<String, String> before = on.contents();
        List<List<Leg>> faulty = List.of(
                List.of(due, pays("a")),
                List.of(pays("a"), paid),
                List.of(pays("a")),
                List.of(due, due, pays("a"), paid),
                List.of(due, paid),
                List.of(paid),
                List.of(due, pays("a"), accountPays("u", "CNY"), paid));
        for (List<Leg> legs : faulty) {
            assertThatThrownBy(() -> post("k", legs.toArray(new Leg[0])))
                    .as(legs.toString())
                    .isInstanceOf(LedgerFault.Faulty.class);
        }
        assertThat(on.contents()).isEqualTo(before);
    }

    @Test
    protected void a_preview_tells_what_would_be_and_neither_looks_for_a_record_nor_leaves_one() {
        posts(newCard("a", 30));
        SortedMap<String, String> before = on.contents();
        Outcome would =
                await(on.ledger().preview(SampleLegs.transaction(on.cell(), "k", "k", SampleLegs.debit("a", 10))));
        assertThat(((Posted) would).transaction().sequence()).isZero();
        assertThat(((Posted) would).transaction().results().getJsonArray(0).getLong(5))
                .isEqualTo(20);
        Outcome refused =
                await(on.ledger().preview(SampleLegs.transaction(on.cell(), "k", "k", SampleLegs.debit("a", 31))));
        assertThat(((Refused) refused).reason()).isEqualTo(Refusal.INSUFFICIENT_BALANCE);
        assertThat(on.contents()).isEqualTo(before);
        post("k", SampleLegs.debit("a", 30));
        assertThat(((Refused) await(on.ledger()
                                .preview(SampleLegs.transaction(on.cell(), "k", "k", SampleLegs.debit("a", 30)))))
                        .reason())
                .isEqualTo(Refusal.INSUFFICIENT_BALANCE);
    }

    private static SortedMap<String, Account.Balance> balances(long cny, long points) {
        return new TreeMap<>(Map.of("CNY", Account.Balance.of(cny), "points", Account.Balance.of(points)));
    }
}
