package dev.counterfoil.ledger.model;

import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.json.JsonArray;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of the contract share: a new cell for each, and short ways to post and to look. */
public abstract class ContractSuite {
    protected TrialCell on;

    private int keys;

    /** A new cell of the ledger that is held to the contract. */
    protected abstract TrialCell open(Timing timing, LedgerLimits limits);

    @BeforeEach
    protected final void open() {
        on = open(Timing.REAL, LedgerLimits.standard());
    }

    @AfterEach
    protected final void close() {
        on.close();
    }

    /** From here on the test goes by a clock that it moves itself. */
    protected final void takeTheClock(LedgerLimits limits) {
        on.close();
        on = open(Timing.CONTROLLED, limits);
    }

    protected final Transaction transaction(String key, String fingerprint, Leg... legs) {
        return SampleLegs.transaction(on.cell(), key, fingerprint, legs);
    }

    @CanIgnoreReturnValue
    protected final Outcome post(String key, Leg... legs) {
        return await(on.ledger().post(transaction(key, key, legs)));
    }

    /** Posts under a key of its own and expects it to be posted; the results of its legs. */
    @CanIgnoreReturnValue
    protected final JsonArray posts(Leg... legs) {
        Outcome outcome = post("own" + ++keys, legs);
        assertThat(outcome).isInstanceOf(Posted.class);
        return ((Posted) outcome).transaction().results();
    }

    /** Posts under a key of its own and expects a refusal, with no change but its record. */
    protected final Refused refused(Leg... legs) {
        SortedMap<String, String> before = withoutRecords();
        Outcome outcome = post("own" + ++keys, legs);
        assertThat(outcome).isInstanceOf(Refused.class);
        assertThat(withoutRecords()).isEqualTo(before);
        return (Refused) outcome;
    }

    protected final Refusal reason(Leg... legs) {
        return refused(legs).reason();
    }

    protected final SortedMap<String, String> withoutRecords() {
        SortedMap<String, String> contents = on.contents();
        contents.keySet().removeIf(key -> key.startsWith("idem:"));
        return contents;
    }

    protected final String storedCard(String name) {
        return on.contents().getOrDefault("card:" + id(name), "none");
    }

    /** The balance as it is stored. */
    protected final String balance(String name) {
        return storedCard(name).replaceFirst("^\\{b=(-?\\d+).*", "$1");
    }
}
