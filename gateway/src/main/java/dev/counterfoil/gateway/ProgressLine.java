package dev.counterfoil.gateway;

import dev.counterfoil.ledger.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how far long work is: on a terminal one line that is written over, several times a second; elsewhere, as in a log, a
 * line every ten seconds. Results go to standard output, this to standard error.
 */
final class ProgressLine implements Progress, AutoCloseable {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;
    private static final int WIDTH = 30;
    private static final int MOST = 100;

    private final PrintWriter err;
    private final boolean terminal;
    private long shownNanos;
    private boolean written;

    ProgressLine(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
        this.shownNanos = System.nanoTime();
    }

    @Override
    public void at(String what, long done, long all) {
        long now = System.nanoTime();
        if (now - shownNanos < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            return;
        }
        shownNanos = now;
        if (terminal) {
            err.printf("\r%-" + MOST + "s", text(what, done, all));
            written = true;
        } else {
            err.println(text(what, done, all));
        }
        err.flush();
    }

    static String text(String what, long done, long all) {
        if (all <= 0) {
            return String.format(Locale.ROOT, "%,d %s", done, what);
        }
        int full = (int) (Math.min(done, all) * WIDTH / all);
        return String.format(
                Locale.ROOT,
                "[%s%s] %3d %%  %,d of %,d %s",
                "#".repeat(full),
                " ".repeat(WIDTH - full),
                Math.min(done, all) * 100 / all,
                done,
                all,
                what);
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (written) {
            err.printf("\r%" + MOST + "s\r", "");
            err.flush();
        }
    }
}
