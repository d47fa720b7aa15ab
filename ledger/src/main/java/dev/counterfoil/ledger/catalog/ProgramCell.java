package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.Amounts;

/**
 * A cell of a program as the books know it.
 *
 * @param index in the program, as in the cell's hash tag
 * @param id in PostgreSQL's tables
 * @param epoch raised whenever the cell is rebuilt; a call that carries another is answered COLD
 */
public record ProgramCell(int index, int id, long epoch) {
    public ProgramCell {
        Amounts.positive("epoch", epoch);
    }
}
