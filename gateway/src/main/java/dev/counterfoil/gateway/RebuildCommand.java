package dev.counterfoil.gateway;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.rebuild.CellState;
import dev.counterfoil.ledger.rebuild.Rebuild;
import dev.counterfoil.ledger.rebuild.Rebuild.Allowed;
import dev.counterfoil.ledger.rebuild.RebuildRefused;
import dev.counterfoil.ledger.rebuild.Rebuilt;
import dev.counterfoil.ledger.secrets.Pepper;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code counterfoil rebuild}: opens cells again that Redis lost, while gateways run or without one. */
@Command(
        name = "rebuild",
        description =
                "Opens cells again that Redis has lost (503 ledger_cold), from the books in PostgreSQL. Running gateways"
                        + " go on by themselves. It may be stopped at any time and run again.",
        footer =
                "%nExit code 0: what was asked for is open; what was accepted and is lost is listed. 1: a cell is not.",
        mixinStandardHelpOptions = true)
final class RebuildCommand extends ChangeCommand {
    @Option(names = "--program", description = "Only this one's cells. Default: every cold cell of every program.")
    private @Nullable String program;

    @Option(
            names = "--cell",
            paramLabel = "INDEX",
            description = "Only this cell of the program: 0 unless it has several.")
    private @Nullable Integer cell;

    @Option(
            names = "--force",
            description =
                    "Rebuild a cell of the program that is open, too: it answers 503 meanwhile. What its journal holds"
                            + " is settled first; anything else in Redis that is not in the books is given up.")
    private boolean force;

    @Override
    int run(Stores stores) {
        if (program == null && (force || cell != null)) {
            throw wrongUse((force ? "--force" : "--cell") + " without --program (expected: the program that is meant)");
        }
        // A Redis of another installation must not be written to.
        new Installation(Pepper.of(stores.pepper()))
                .check(stores.database(), stores.redis())
                .await();
        try (ProgressLine progress = progress()) {
            Rebuild rebuild = stores.rebuild(progress);
            List<CellState> meant = rebuild.states(program == null ? "" : program).stream()
                    .filter(state -> cell == null || state.cell().index() == cell)
                    .filter(state -> program != null
                            || state.opened() && state.coldBecause().isPresent())
                    .toList();
            if (meant.isEmpty() && program != null) {
                throw wrongUse("program: " + program + (cell == null ? "" : ", cell " + cell)
                        + " (expected: one that exists)");
            } else if (meant.isEmpty()) {
                print(new JsonObject().put("cold", 0), "no cell is cold");
            }
            long open = meant.stream()
                    .filter(state -> audited(stores, state.cell()) && rebuilt(rebuild, state.cell()))
                    .count();
            return open == meant.size() ? Main.DONE : Main.FAILED;
        }
    }

    /** Told before it is done: nobody has to look for it afterwards. */
    private boolean audited(Stores stores, Cell one) {
        JsonObject how = new JsonObject().put("force", force);
        AuditLog audit = new AuditLog(stores.database());
        return audit.add(actor(), null, "cell.rebuild", "cell:" + one, how)
                .map(true)
                .await();
    }

    private boolean rebuilt(Rebuild rebuild, Cell one) {
        try {
            Rebuilt rebuilt = rebuild.rebuild(one, force ? Allowed.OPEN : Allowed.COLD);
            print(rebuilt.toJson(), rebuilt.text());
            return true;
        } catch (RebuildRefused e) {
            err().println("counterfoil: " + e.getMessage());
            return false;
        }
    }
}
