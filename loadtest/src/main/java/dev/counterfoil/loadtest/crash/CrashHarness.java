package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.stack.WorkFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Plays rounds of load, fault, recovery and audit on a stack of its own, and prints a line each. The exit code is 0 when
 * nothing was lost, doubled, left unknown or out of balance; 1 when something was; 2 when the rounds could not be played.
 * {@link Plan} has the system properties.
 */
public final class CrashHarness {
    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;

    private CrashHarness() {}

    public static void main(String[] args) {
        int code;
        try {
            code = play(Plan.fromProperties(), System.out);
        } catch (IOException | IllegalArgumentException e) {
            System.out.println("crash harness: " + e.getMessage());
            code = IMPOSSIBLE;
        }
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Plays {@code plan}; returns the exit code of {@link #main}. */
    static int play(Plan plan, PrintStream out) {
        Table table = new Table(out);
        out.println("seed " + plan.seed() + " (-Dseed=" + plan.seed() + " draws the same rounds)");
        List<Fault> impossible = new ArrayList<>(List.of(Fault.values()));
        impossible.removeAll(Fault.possible());
        if (!impossible.isEmpty()) {
            out.println("cannot be played on this machine: "
                    + impossible.stream().map(Fault::label).collect(Collectors.joining(", ")));
        }
        try {
            WorkFolder.clear(plan.folder());
            List<Round.Result> results;
            try (Stack stack = Stack.start(plan.folder(), plan.fsync())) {
                results = rounds(plan, stack, table);
            }
            boolean good = table.totals(results, plan.rounds());
            if (good) {
                WorkFolder.delete(plan.folder());
            } else {
                out.println("logs and data are kept in " + plan.folder());
            }
            return good ? 0 : WRONG;
        } catch (IOException | SQLException | IllegalStateException e) {
            out.println("NO VERDICT: " + e.getMessage() + "; logs, if any, are in "
                    + plan.folder().resolve("logs"));
            return IMPOSSIBLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            out.println("NO VERDICT: interrupted");
            return IMPOSSIBLE;
        }
    }

    /** Until the last, or the first that is not good: what comes after it would prove nothing. */
    static List<Round.Result> rounds(Plan plan, Stack stack, Table table)
            throws IOException, InterruptedException, SQLException {
        List<Round.Result> results = new ArrayList<>();
        table.head();
        for (Fault fault : plan.faults()) {
            int number = results.size() + 1;
            Round.Result result = new Round(stack, number, plan.seed(), plan.clients(), plan.lasting()).play(fault);
            results.add(result);
            table.line(result);
            if (!result.good()) {
                break;
            }
        }
        return results;
    }
}
