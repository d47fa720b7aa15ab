package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.Cell;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * A program as it stands in the books.
 *
 * @param version catalog version at the last change of the program's own fields or cells
 */
public record Program(
        String id,
        String issuer,
        String name,
        ZoneId zone,
        Mode mode,
        List<String> assets,
        Limits limits,
        List<ProgramCell> cells,
        Instant createdAt,
        long version) {
    public Program {
        ProgramDraft draft = new ProgramDraft(id, issuer, name, zone, mode, assets, limits);
        assets = draft.assets();
        cells = List.copyOf(cells);
    }

    /** What its issuer said of it. */
    public ProgramDraft draft() {
        return new ProgramDraft(id, issuer, name, zone, mode, assets, limits);
    }

    /** The program's cell of that index, when it has one. */
    public Optional<ProgramCell> cell(int index) {
        return cells.stream().filter(cell -> cell.index() == index).findFirst();
    }

    /** How {@code cell}, one of this program's, is addressed in Redis. */
    public Cell address(ProgramCell cell) {
        return new Cell(id, cell.index());
    }
}
