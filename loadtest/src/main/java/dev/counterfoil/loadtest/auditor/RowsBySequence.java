package dev.counterfoil.loadtest.auditor;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Rows that belong to transactions, handed out one transaction at a time. */
final class RowsBySequence<T> {
    private final Iterator<T> rows;
    private final ToLongFunction<T> sequence;
    private final Consumer<T> orphan;
    private @Nullable T next;

    /**
     * @param rows in ascending order of their sequence
     * @param orphan takes the rows that no transaction asked for
     */
    RowsBySequence(Iterable<T> rows, ToLongFunction<T> sequence, Consumer<T> orphan) {
        this.rows = rows.iterator();
        this.sequence = sequence;
        this.orphan = orphan;
        advance();
    }

    /** The rows of the transaction {@code wanted}; asked for in ascending order. */
    List<T> of(long wanted) {
        List<T> found = new ArrayList<>();
        while (next != null && sequence.applyAsLong(next) <= wanted) {
            if (sequence.applyAsLong(next) == wanted) {
                found.add(next);
            } else {
                orphan.accept(next);
            }
            advance();
        }
        return found;
    }

    /** Gives away what is left. */
    void finish() {
        while (next != null) {
            orphan.accept(next);
            advance();
        }
    }

    private void advance() {
        next = rows.hasNext() ? rows.next() : null;
    }
}
