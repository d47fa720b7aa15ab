package dev.counterfoil.ledger.model;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.sixteen;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What every ledger keeps to, whatever the legs: keys, records, sequence, journal, fence, all or none. */
public abstract class LedgerContract extends ContractSuite {
    @Test
    protected void a_debit_moves_the_balance_raises_the_sequence_and_is_journaled() {
        assertThat(sequence(post("issue", newCard("a", 100_000)))).isEqualTo(1);
        assertThat(sequence(post("k1", debit("a", 29_800)))).isEqualTo(2);
        assertThat(balance("a")).isEqualTo("70200");
        JournaledTransaction read = await(on.ledger().transaction(on.cell(), 2)).orElseThrow();
        assertThat(read.results().getJsonArray(0).encode())
                .isEqualTo("[\"" + id("a") + "\",\"apia\",\"100a\",\"gift:CNY\",29800,70200,\"a\"]");
        assertThat(read.legs().encode()).isEqualTo("[[\"card\",-1]]");
        assertThat(on.contents().get("meta")).contains("sequence 2");
        assertThat(await(on.ledger().transaction(on.cell(), 3))).isEmpty();
    }

    @Test
    protected void redeeming_twice_with_one_key_charges_once() {
        post("issue", newCard("a", 100));
        Posted first = (Posted) post("k", debit("a", 60));
        Posted again = (Posted) post("k", debit("a", 60));
        assertThat(again.replayed()).isTrue();
        assertThat(again.transaction()).isEqualTo(first.transaction());
        assertThat(balance("a")).isEqualTo("40");
    }

    @Test
    protected void a_key_with_another_request_is_refused_and_changes_nothing() {
        post("issue", newCard("a", 100));
        post("k", debit("a", 60));
        SortedMap<String, String> before = on.contents();
        Outcome outcome = await(on.ledger().post(transaction("k", "another", debit("a", 1))));
        assertThat(outcome).isEqualTo(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED));
        assertThat(on.contents()).isEqualTo(before);
    }

    @Test
    protected void a_pinned_refusal_is_repeated_whatever_changes_and_an_unpinned_one_is_not() {
        post("issue", newCard("a", 10));
        Refused poor = (Refused) post("k1", debit("a", 60));
        assertThat(poor).isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 60, 10, 0, false));
        Refused soldOut = (Refused) post("k2", stock("crab", -1));
        assertThat(soldOut.reason()).isEqualTo(Refusal.INSUFFICIENT_STOCK);
        post("rich", SampleLegs.credit("a", 990));
        post("stock", stock("crab", 5));
        assertThat(post("k1", debit("a", 60)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 60, 10, 0, true));
        assertThat(post("k2", stock("crab", -1))).isInstanceOf(Posted.class);
    }

    @Test
    protected void a_transaction_posts_all_of_its_legs_or_none() {
        post("issue", newCard("a", 100));
        post("stock", stock("crab", 1));
        SortedMap<String, String> before = withoutRecords();
        assertThat(post("k1", stock("crab", -1), debit("a", 500))).isInstanceOf(Refused.class);
        assertThat(post("k2", debit("a", 50), stock("crab", -2))).isInstanceOf(Refused.class);
        assertThat(post("k3", debit("a", 50), stock("crab", -1), quota("q", 3, 2)))
                .isInstanceOf(Refused.class);
        assertThat(withoutRecords()).isEqualTo(before);
    }

    @Test
    protected void two_legs_on_one_key_are_rejected_before_anything_is_sent() {
        post("issue", newCard("a", 100));
        SortedMap<String, String> before = on.contents();
        assertThatThrownBy(() -> post("k", debit("a", 80), debit("a", 80)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two touch");
        assertThat(on.contents()).isEqualTo(before);
    }

    @Test
    protected void two_hundred_parallel_requests_for_the_last_fifty_units_post_exactly_fifty() {
        post("stock", stock("crab", 50));
        Ledger other = on.another(LedgerLimits.standard());
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add((i % 2 == 0 ? on.ledger() : other).post(transaction("k" + i, "k" + i, stock("crab", -1))));
        }
        long posted = all.stream().filter(one -> await(one) instanceof Posted).count();
        assertThat(posted).isEqualTo(50);
        assertThat(on.contents()).containsEntry("item:crab", "{u=0}");
        assertThat(on.contents().get("meta")).contains("sequence 51");
    }

    @Test
    protected void one_key_sent_many_times_at_once_posts_once() {
        post("issue", newCard("a", 1_000));
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(on.ledger().post(transaction("same", "same", debit("a", 10))));
        }
        assertThat(all.stream().filter(one -> !await(one).replayed()).count()).isEqualTo(1);
        assertThat(balance("a")).isEqualTo("990");
    }

    @Test
    protected void a_cell_that_lost_its_history_is_cold() {
        post("stock", stock("crab", 5));
        post("more", stock("crab", 5));
        on.loseHistory(1);
        assertThatThrownBy(() -> post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
        assertThat(await(on.another(LedgerLimits.standard()).post(transaction("k", "k", stock("crab", -1)))))
                .isInstanceOf(Posted.class);
        assertThat(post("k", stock("crab", -1)).replayed()).isTrue();
        on.setEpoch(2);
        assertThatThrownBy(() -> post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
        assertThatThrownBy(() -> await(on.ledger().card(on.cell(), List.of(id("a")))))
                .isInstanceOf(LedgerFault.Cold.class);
        assertThatThrownBy(() -> await(on.ledger().recorded(on.cell(), sixteen("k"), null)))
                .isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    protected void a_full_journal_takes_nothing_new_but_still_answers_replays() {
        Ledger small = on.another(new LedgerLimits(100, 1, Duration.ofHours(48), Duration.ofHours(1)));
        assertThat(await(small.post(transaction("k1", "k1", stock("crab", 5))))).isInstanceOf(Posted.class);
        assertThatThrownBy(() -> await(small.post(transaction("k2", "k2", stock("crab", 5)))))
                .isInstanceOf(LedgerFault.Overloaded.class)
                .hasMessageContaining("settlement");
        assertThat(await(small.post(transaction("k1", "k1", stock("crab", 5)))).replayed())
                .isTrue();
    }

    @Test
    protected void a_transaction_of_another_catalog_is_to_be_compiled_again_unless_its_key_was_answered() {
        on.publishCatalog(7);
        var of7 = SampleLegs.transaction(on.cell(), "k7", "k7", 7L, List.of(stock("crab", 1)));
        var of8 = SampleLegs.transaction(on.cell(), "k8", "k8", 8L, List.of(stock("crab", 1)));
        assertThat(await(on.ledger().post(of7))).isInstanceOf(Posted.class);
        assertThat(((Refused) await(on.ledger().post(of8))).reason()).isEqualTo(Refusal.CATALOG_CHANGED);
        on.publishCatalog(8);
        assertThat(await(on.ledger().post(of7)).replayed()).isTrue();
        assertThat(await(on.ledger().post(of8))).isInstanceOf(Posted.class);
    }

    @Test
    protected void a_record_tells_what_was_answered_under_a_key() {
        post("issue", newCard("a", 10));
        post("poor", debit("a", 60));
        byte[] issue = sixteen("issue");
        assertThat(await(on.ledger().recorded(on.cell(), issue, issue))
                        .outcome()
                        .orElseThrow())
                .isInstanceOf(Posted.class);
        assertThat(await(on.ledger().recorded(on.cell(), issue, sixteen("other")))
                        .outcome())
                .contains(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED));
        assertThat(((Refused) await(on.ledger().recorded(on.cell(), sixteen("poor"), null))
                                .outcome()
                                .orElseThrow())
                        .reason())
                .isEqualTo(Refusal.INSUFFICIENT_BALANCE);
        assertThat(await(on.ledger().recorded(on.cell(), sixteen("none"), null)).outcome())
                .isEmpty();
    }

    @Test
    protected void records_of_posted_transactions_and_of_refusals_live_as_long_as_was_set() {
        post("issue", newCard("a", 10));
        post("poor", debit("a", 60));
        assertThat(on.contents().get("idem:           issue")).endsWith("P1 for 2880 minutes");
        assertThat(on.contents().get("idem:            poor")).endsWith("[26,\"req1\",\"\",60,10,0] for 60 minutes");
    }

    @Test
    protected void a_key_whose_record_has_expired_posts_anew() {
        takeTheClock(new LedgerLimits(100, 1_000, Duration.ofSeconds(4), Duration.ofSeconds(1)));
        post("issue", newCard("a", 10));
        post("poor", debit("a", 60));
        on.moveClock(on.nowMs() + 999);
        assertThat(post("poor", debit("a", 60)).replayed()).isTrue();
        on.moveClock(on.nowMs() + 1);
        assertThat(post("poor", debit("a", 60)).replayed()).isFalse();
        on.moveClock(on.nowMs() + 2_999);
        assertThat(post("issue", newCard("b", 10)).replayed()).isTrue();
        on.moveClock(on.nowMs() + 1);
        assertThat(post("issue", newCard("b", 10)).replayed()).isFalse();
    }

    @Test
    protected void a_request_id_that_json_would_have_to_escape_is_a_fault_and_writes_nothing() {
        SortedMap<String, String> before = on.contents();
        var quoted = transaction("k", "k", stock("crab", -1));
        var spoilt = new Transaction(
                quoted.cell(), quoted.type(), quoted.key(), "a\"b", null, quoted.legs(), quoted.request());
        assertThatThrownBy(() -> await(on.ledger().post(spoilt))).isInstanceOf(LedgerFault.Faulty.class);
        assertThat(on.contents()).isEqualTo(before);
    }

    private static long sequence(Outcome outcome) {
        return ((Posted) outcome).transaction().sequence();
    }
}
