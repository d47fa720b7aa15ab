package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.rules.CardChange;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a reversal may give back to, where that expired, was frozen or voided meanwhile. */
class ReversalPolicyIT {
    private static final ReversalPolicy NOT_TO_EXPIRED = new ReversalPolicy(false, true);
    private static final ReversalPolicy NOT_TO_FROZEN = new ReversalPolicy(true, false);
    private static final ReversalPolicy TO_NEITHER = new ReversalPolicy(false, false);

    private final Shop shop = new Shop();

    @AfterEach
    void close() {
        shop.close();
    }

    private void change(CardChange.Kind kind, long expiresAtMs) {
        long balance = kind == CardChange.Kind.VOID ? shop.balance() : 0;
        Outcome outcome = await(shop.ledger(0)
                .post(new CardChange(kind, "test", expiresAtMs)
                        .of(Shop.CELL, shop.key(), "", Shop.CARD, "gift:CNY", balance)));
        assertThat(outcome).isInstanceOf(Posted.class);
    }

    private Outcome post(ReversalPolicy policy, JournaledTransaction of, Step.Kind kind) {
        return await(shop.afterSale(shop.ledger(0), policy).post(shop.key(), "", of, Step.of(kind)));
    }

    private void requireRefused(ReversalPolicy policy, JournaledTransaction of, Refusal reason) {
        long posted = shop.sequence();
        long balance = shop.balance();
        assertThat(((Refused) post(policy, of, Step.Kind.REVERSAL)).reason()).isEqualTo(reason);
        assertThat(shop.sequence()).isEqualTo(posted);
        assertThat(shop.balance()).isEqualTo(balance);
        assertThat(shop.units()).isEqualTo(95);
        assertThat(await(shop.ledger(0).followed(Shop.CELL, of.sequence())).counted())
                .isFalse();
    }

    private void requireReturned(ReversalPolicy policy, JournaledTransaction of) {
        assertThat(post(policy, of, Step.Kind.REVERSAL)).isInstanceOf(Posted.class);
        assertThat(shop.balance()).isEqualTo(1_000);
        assertThat(shop.units()).isEqualTo(100);
    }

    @Test
    void an_expired_card_gets_back_only_where_the_policy_lets_it() {
        JournaledTransaction bought = shop.tea();
        change(CardChange.Kind.EXTEND, 1);
        requireRefused(NOT_TO_EXPIRED, bought, Refusal.CARD_EXPIRED);
        requireReturned(NOT_TO_FROZEN, bought);
    }

    @Test
    void a_frozen_card_gets_back_only_where_the_policy_lets_it() {
        JournaledTransaction bought = shop.tea();
        change(CardChange.Kind.FREEZE, 0);
        requireRefused(NOT_TO_FROZEN, bought, Refusal.CARD_FROZEN);
        requireReturned(NOT_TO_EXPIRED, bought);
    }

    @Test
    void a_void_card_gets_nothing_back_under_any_policy() {
        JournaledTransaction bought = shop.tea();
        change(CardChange.Kind.VOID, 0);
        requireRefused(ReversalPolicy.GENEROUS, bought, Refusal.CARD_VOID);
        requireRefused(TO_NEITHER, bought, Refusal.CARD_VOID);
    }

    @Test
    void a_frozen_account_gets_back_only_where_the_policy_lets_it() {
        shop.post(
                TransactionType.ADJUSTMENT,
                new JsonObject(),
                new AccountLeg("u_1", "CNY", 1, 80, false, false, null, null));
        JournaledTransaction bought =
                shop.redemption("tea", 5, new StockLeg("tea", -5, 0, 0), AccountLeg.pays("u_1", "CNY", 50));
        shop.post(
                TransactionType.ADJUSTMENT,
                new JsonObject(),
                new AccountLeg("u_1", "CNY", 0, 0, false, false, true, null));
        requireRefused(NOT_TO_FROZEN, bought, Refusal.ACCOUNT_FROZEN);
        assertThat(accountBalance()).isEqualTo(30);
        requireReturned(NOT_TO_EXPIRED, bought);
        assertThat(accountBalance()).isEqualTo(80);
    }

    private long accountBalance() {
        return await(shop.ledger(0).account(Shop.CELL, "u_1"))
                .orElseThrow()
                .balances()
                .get("CNY")
                .amount();
    }

    @Test
    void the_end_of_a_hold_asks_no_policy() {
        JournaledTransaction held = shop.tea(new HoldLeg(60_000));
        change(CardChange.Kind.FREEZE, 0);
        change(CardChange.Kind.EXTEND, 1);
        assertThat(post(TO_NEITHER, held, Step.Kind.RELEASE)).isInstanceOf(Posted.class);
        assertThat(shop.balance()).isEqualTo(1_000);
        assertThat(shop.held()).isZero();
    }
}
