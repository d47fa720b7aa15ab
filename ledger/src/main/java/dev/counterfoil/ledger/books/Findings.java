package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Collects what is compared in one cell. */
final class Findings {
    /** Differences that are kept of a cell; all are counted. */
    static final int KEPT = 20;

    final Cell cell;
    final List<Difference> differences = new ArrayList<>();
    final List<CellBooks.Total> totals = new ArrayList<>();
    long settled;
    long cards;
    long accounts;
    long items;
    long quotas;
    private long differing;

    Findings(Cell cell) {
        this.cell = cell;
    }

    void differs(String what, String subject, Object expected, Object found) {
        differing++;
        if (differences.size() < KEPT) {
            differences.add(new Difference(cell, what, subject, expected.toString(), found.toString()));
        }
    }

    void compare(String what, String subject, long expected, long found) {
        if (expected != found) {
            differs(what, subject, expected, found);
        }
    }

    void compare(String what, String subject, BigInteger expected, BigInteger found) {
        if (!expected.equals(found)) {
            differs(what, subject, expected, found);
        }
    }

    CellBooks books() {
        return new CellBooks(cell, settled, cards, accounts, items, quotas, differing, totals);
    }
}
