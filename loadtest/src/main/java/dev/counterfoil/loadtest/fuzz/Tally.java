package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Counts what came of the requests, by the kind of their first mutation. Safe for all threads. */
final class Tally {
    private static final class Row {
        private long sent;
        private long success;
        private long redirected;
        private long refused;
        private long unavailable;
        private long otherFailure;
        private long ended;
        private long left;
        private long worstNanos;
    }

    private final Map<Kind, Row> rows = new EnumMap<>(Kind.class);
    private final Set<String> successful = new HashSet<>();
    private long sent;

    synchronized void count(Exchange exchange) {
        sent++;
        Row row = rows.computeIfAbsent(exchange.shot().kind(), kind -> new Row());
        row.sent++;
        row.worstNanos =
                Math.max(row.worstNanos, exchange.shot().ending() == Draft.Ending.STAYS ? 0 : exchange.nanos());
        if (exchange.answers().isEmpty()) {
            if (exchange.ended()) {
                row.ended++;
            } else {
                row.left++;
            }
            return;
        }
        // The one of the request itself, where there are others around it.
        Answer answer = exchange.answers().get(exchange.answers().size() / 2);
        int status = answer.status();
        switch (status / 100) {
            case 2 -> row.success++;
            case 3 -> row.redirected++;
            case 4 -> row.refused++;
            default -> {
                if (status == 503) {
                    row.unavailable++;
                } else {
                    row.otherFailure++;
                }
            }
        }
        if (exchange.shot().mutations().isEmpty() && status < 300) {
            boolean unused = successful.add(exchange.shot().route().toString());
        }
    }

    synchronized long sent() {
        return sent;
    }

    /** Operations of requests that no mutation had spoilt and that were answered with success. */
    synchronized Set<String> successful() {
        return Set.copyOf(successful);
    }

    synchronized void print(PrintStream out) {
        out.println();
        out.println("mutation          sent      2xx     3xx      4xx     503  other 5xx    ended     left  worst ms");
        Row all = new Row();
        rows.forEach((kind, row) -> {
            line(out, kind.name().toLowerCase(Locale.ROOT), row);
            all.sent += row.sent;
            all.success += row.success;
            all.redirected += row.redirected;
            all.refused += row.refused;
            all.unavailable += row.unavailable;
            all.otherFailure += row.otherFailure;
            all.ended += row.ended;
            all.left += row.left;
            all.worstNanos = Math.max(all.worstNanos, row.worstNanos);
        });
        line(out, "all", all);
    }

    private static void line(PrintStream out, String name, Row row) {
        out.printf(
                Locale.ROOT,
                "%-13s %8d %8d %7d %8d %7d %10d %8d %8d %9d%n",
                name,
                row.sent,
                row.success,
                row.redirected,
                row.refused,
                row.unavailable,
                row.otherFailure,
                row.ended,
                row.left,
                row.worstNanos / 1_000_000);
    }
}
