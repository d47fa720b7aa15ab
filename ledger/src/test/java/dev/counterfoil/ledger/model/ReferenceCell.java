package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.model.Stored.FieldChange;
import dev.counterfoil.ledger.model.Stored.Fields;
import dev.counterfoil.ledger.model.Stored.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one cell holds: its fence, its values by key, its journal. Guarded by itself; shared by the ledgers on it. */
final class ReferenceCell {
    final Cell cell;
    long epoch = 1;
    long sequence;
    long catalog;
    final List<JournaledTransaction> journal = new ArrayList<>();
    private final SortedMap<String, Stored> values = new TreeMap<>();
    private @Nullable Dues dues;

    ReferenceCell(Cell cell) {
        this.cell = cell;
    }

    /** The value under {@code key}, unless it has expired by {@code nowMs}. */
    <S extends Stored> Optional<S> find(String key, Class<S> type, long nowMs) {
        return Optional.ofNullable(values.get(key))
                .filter(value -> !gone(value, nowMs))
                .map(type::cast);
    }

    void put(Map<String, Stored> changes) {
        changes.forEach((key, value) -> {
            if (value instanceof FieldChange change) {
                Fields before = (Fields) values.getOrDefault(change.key(), new Fields(Map.of()));
                values.put(change.key(), before.with(change));
            } else {
                values.put(key, value);
            }
        });
    }

    /** A transaction begins: nothing is due. */
    void begin() {
        dues = null;
    }

    /** The dues of the transaction under check. */
    Dues dues() {
        if (dues == null) {
            throw LegKind.fault("nothing is due");
        }
        return dues;
    }

    void open(Dues opened) {
        if (dues != null) {
            throw LegKind.fault("a transaction has one list of dues");
        }
        dues = opened;
    }

    void close() {
        dues = null;
    }

    void end() {
        if (dues != null) {
            throw LegKind.fault("the dues are not closed");
        }
    }

    /** Whether {@code key} holds something. */
    boolean has(String key, long nowMs) {
        return find(key, Stored.class, nowMs).isPresent();
    }

    SortedMap<String, Stored> values(long nowMs) {
        SortedMap<String, Stored> there = new TreeMap<>(values);
        there.values().removeIf(value -> gone(value, nowMs));
        return there;
    }

    private static boolean gone(Stored value, long nowMs) {
        return (value instanceof Fields && ((Fields) value).fields().isEmpty())
                || (value.expiresAtMs() > 0 && value.expiresAtMs() <= nowMs)
                || (value instanceof Pool && ((Pool) value).codes().isEmpty());
    }
}
