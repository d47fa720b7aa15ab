package dev.counterfoil.ledger;

import java.util.Objects;

/**
 * The unit of atomicity: one Redis hash tag, {@code {program.index}}. A program has cell 0 unless it is partitioned.
 *
 * @param program id of the program
 * @param index 0..1023
 */
public record Cell(String program, int index) {
    /** Bounds how many cells a program can be partitioned into; a transaction's id has room for two letters of it. */
    public static final int MOST = 1024;

    public Cell {
        Objects.requireNonNull(program, "program");
        if (index < 0 || index >= MOST) {
            throw new IllegalArgumentException("index: " + index + " (expected: 0.." + (MOST - 1) + ")");
        }
    }

    /** The cell of a program that is not partitioned. */
    public static Cell of(String program) {
        return new Cell(program, 0);
    }

    /** The hash tag that every key of this cell begins with. */
    public String tag() {
        return "{" + program + "." + index + "}";
    }

    @Override
    public String toString() {
        return program + "." + index;
    }
}
