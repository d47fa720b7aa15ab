package dev.counterfoil.loadtest.crash;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints rounds and totals. */
final class Table {
    private static final String FORM = "%5s  %-26s %-22s %12s %5s %7s %10s %5s %9s  %s%n";
    private static final int MOST_NAMED = 5;

    private final PrintStream out;

    Table(PrintStream out) {
        this.out = out;
    }

    void head() {
        out.printf(
                FORM, "round", "fault", "part", "acknowledged", "lost", "doubled", "resolved", "open", "recovered", "");
    }

    void line(Round.Result result) {
        Verdict verdict = result.verdict();
        out.printf(
                FORM,
                result.number(),
                result.fault().label(),
                result.fault().part(),
                verdict.acknowledged(),
                verdict.lost().size(),
                verdict.doubled().size(),
                verdict.resolved(),
                verdict.unresolved().size(),
                String.format(Locale.ROOT, "%.2f s", result.recoverySeconds()),
                result.note());
        named("LOST", verdict.lost());
        named("DOUBLED", verdict.doubled());
        named("OPEN", verdict.unresolved());
        named("WRONG", verdict.wrong());
        if (!result.trouble().isEmpty()) {
            out.println("       TROUBLE: " + result.trouble());
        }
    }

    private void named(String what, List<String> all) {
        all.stream().limit(MOST_NAMED).forEach(each -> out.println("       " + what + ": " + each));
        if (all.size() > MOST_NAMED) {
            out.println("       and " + (all.size() - MOST_NAMED) + " more");
        }
    }

    /** Prints the sums and the verdict; whether all of {@code planned} rounds were played and good. */
    boolean totals(List<Round.Result> results, int planned) {
        long good = results.stream().filter(Round.Result::good).count();
        out.printf(
                FORM,
                results.size(),
                "",
                "",
                results.stream()
                        .mapToLong(result -> result.verdict().acknowledged())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.verdict().lost().size())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.verdict().doubled().size())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.verdict().resolved())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.verdict().unresolved().size())
                        .sum(),
                String.format(
                        Locale.ROOT,
                        "%.2f s",
                        results.stream()
                                .mapToDouble(Round.Result::recoverySeconds)
                                .max()
                                .orElse(Double.NaN)),
                "sums; the longest recovery");
        boolean all = planned > 0 && good == planned;
        out.println(
                all
                        ? "NOTHING LOST, NOTHING DOUBLED in " + planned + " rounds; the books balance after each"
                        : "FAILED in round " + results.size() + " of " + planned);
        return all;
    }
}
