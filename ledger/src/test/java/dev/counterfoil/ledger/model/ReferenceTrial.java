package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.model.Stored.Answered;
import dev.counterfoil.ledger.redis.LedgerLimits;
import java.util.SortedMap;
import java.util.TreeMap;

/** A cell of the reference. */
public final class ReferenceTrial implements TrialCell {
    private final ReferenceCell held = new ReferenceCell(Cell.of("reference"));
    private final Ledger ledger;
    private final Timing timing;
    private final ControlledClock clock;

    public ReferenceTrial(LedgerLimits limits, Timing timing) {
        this.timing = timing;
        this.clock = new ControlledClock(timing.startMs());
        this.ledger = another(limits);
    }

    /** For those who draw commands that depend on what is there. */
    ReferenceCell held() {
        return held;
    }

    @Override
    public Cell cell() {
        return held.cell;
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public Ledger another(LedgerLimits limits) {
        return new ReferenceLedger(held, limits, clock);
    }

    @Override
    public long nowMs() {
        return clock.nowMs();
    }

    @Override
    public void moveClock(long toMs) {
        clock.moveTo(toMs);
    }

    @Override
    public void publishCatalog(long version) {
        held.catalog = version;
    }

    @Override
    public void loseHistory(long sequence) {
        held.sequence = sequence;
        held.journal.removeIf(one -> one.sequence() > sequence);
    }

    @Override
    public void setEpoch(long epoch) {
        held.epoch = epoch;
    }

    @Override
    public SortedMap<String, String> contents() {
        SortedMap<String, String> texts = new TreeMap<>();
        held.values(clock.nowMs()).forEach((key, value) -> texts.put(key, text(key, value)));
        held.journal.forEach(one ->
                texts.put(Timing.journalKey(one.sequence()), one.data().encode() + " " + timing.result(one.result())));
        texts.put("meta", "epoch " + held.epoch + ", sequence " + held.sequence + ", catalog " + held.catalog);
        return texts;
    }

    private String text(String key, Stored value) {
        if (value instanceof Answered) {
            return value.text() + timing.lives(value.expiresAtMs() - clock.nowMs());
        } else if (key.equals(HoldKind.KEY)) {
            return timing.holds(new TreeMap<>(((Stored.Fields) value).fields()));
        }
        return value.text();
    }

    @Override
    public void close() {}
}
