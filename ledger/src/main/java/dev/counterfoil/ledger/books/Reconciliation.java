package dev.counterfoil.ledger.books;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/**
 * The result of a reconciliation.
 *
 * @param differences the first {@value Findings#KEPT} of each cell
 */
public record Reconciliation(List<CellBooks> cells, List<Difference> differences) {
    public Reconciliation {
        cells = List.copyOf(cells);
        differences = List.copyOf(differences);
    }

    /** Whether nothing differs. */
    public boolean balanced() {
        return cells.stream().allMatch(cell -> cell.differing() == 0);
    }

    /** For {@code --json}. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("balanced", balanced())
                .put(
                        "cells",
                        new JsonArray(cells.stream().map(CellBooks::toJson).toList()))
                .put(
                        "differences",
                        new JsonArray(
                                differences.stream().map(Difference::toJson).toList()));
    }

    /** For people: a row a cell, a row a total, a row a difference. */
    public String table() {
        StringBuilder table = new StringBuilder();
        row(
                table,
                "%-28s %12s %10s %10s %8s %10s %10s",
                "cell",
                "settled",
                "cards",
                "accounts",
                "items",
                "quotas",
                "differing");
        for (CellBooks cell : cells) {
            row(
                    table,
                    "%-28s %12d %10d %10d %8d %10d %10d",
                    cell.cell(),
                    cell.settled(),
                    cell.cards(),
                    cell.accounts(),
                    cell.items(),
                    cell.quotas(),
                    cell.differing());
            for (CellBooks.Total total : cell.totals()) {
                row(
                        table,
                        "  %s: issued %d = balances %d + held %d + redeemed %d + void %d + adjusted %d + expired %d",
                        total.asset(),
                        total.issued(),
                        total.balances(),
                        total.held(),
                        total.redeemed(),
                        total.voided(),
                        total.adjusted(),
                        total.expired());
            }
        }
        if (!differences.isEmpty()) {
            row(table, "%nDIFFERENCES (the first %d of each cell)", Findings.KEPT);
            row(table, "%-28s %-12s %-26s %20s %20s", "cell", "what", "subject", "expected", "found");
        }
        for (Difference d : differences) {
            row(table, "%-28s %-12s %-26s %20s %20s", d.cell(), d.what(), d.subject(), d.expected(), d.found());
        }
        row(table, balanced() ? "balanced" : "NOT BALANCED");
        return table.toString();
    }

    private static void row(StringBuilder table, String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
