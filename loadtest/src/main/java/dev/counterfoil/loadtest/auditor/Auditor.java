package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.PostgresReader.CellRow;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Audits the cells of an installation that has gone quiet and prints a table and a verdict a cell.
 *
 * <p>System properties: {@code redis}, {@code postgres} and {@code data} as {@link Addresses} says; {@code program} (all
 * when absent); {@code waitSeconds}, how long the cell may take to go quiet and to settle (1..3600, 60).
 */
public final class Auditor {
    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final RedisWire redis;
    private final Addresses addresses;
    private final Duration patience;
    private final PrintStream out;

    private Auditor(RedisWire redis, Addresses addresses, Duration patience, PrintStream out) {
        this.redis = redis;
        this.addresses = addresses;
        this.patience = patience;
        this.out = out;
    }

    /** Exit code 0: the books balance. 1: they do not. 2: they could not be read. */
    public static void main(String[] args) {
        int code = audit(System.out);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Audits what the system properties name; returns the exit code of {@link #main}. */
    public static int audit(PrintStream out) {
        try {
            Duration patience = Duration.ofSeconds(Math.max(1, Math.min(3600, Long.getLong("waitSeconds", 60))));
            return audit(Addresses.find(), System.getProperty("program", ""), patience, out);
        } catch (IOException | RuntimeException e) {
            return impossible(e, out);
        }
    }

    /**
     * Audits one program, or all where {@code program} is empty; returns the exit code of {@link #main}.
     *
     * @param patience how long a cell may take to go quiet and to settle
     */
    public static int audit(Addresses addresses, String program, Duration patience, PrintStream out) {
        out.println("auditing " + addresses);
        try (RedisWire redis = RedisWire.open(addresses.redis())) {
            return new Auditor(redis, addresses, patience, out).all(program);
        } catch (IOException | SQLException | RuntimeException e) {
            return impossible(e, out);
        }
    }

    private static int impossible(Exception e, PrintStream out) {
        out.println("NO VERDICT: " + e.getMessage());
        return IMPOSSIBLE;
    }

    private int all(String program) throws IOException, SQLException {
        List<CellRow> cells;
        try (Connection postgres = addresses.openPostgres()) {
            cells = PostgresReader.cells(postgres, program);
        }
        if (cells.isEmpty()) {
            out.println("NO VERDICT: no cell is open" + (program.isEmpty() ? "" : " in program " + program));
            return IMPOSSIBLE;
        }
        int code = 0;
        for (CellRow cell : cells) {
            if (!one(cell)) {
                code = WRONG;
            }
        }
        return code;
    }

    private boolean one(CellRow cell) throws IOException, SQLException {
        RedisBooks inRedis = quiet(cell);
        try (Connection postgres = addresses.openPostgres()) {
            postgres.setReadOnly(true);
            postgres.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            postgres.setAutoCommit(false);
            List<String> dead = PostgresReader.deadLetters(postgres, cell);
            if (!dead.isEmpty()) {
                // What they move stands still in the books, so a recount would only name its consequences.
                postgres.rollback();
                out.println();
                out.println("cell " + cell.tag());
                dead.forEach(line -> out.println("  dead letter " + line));
                out.println("BOOKS DO NOT BALANCE: cell " + cell.tag() + ", dead letters");
                return false;
            }
            Report report = Books.compare(inRedis, PostgresReader.read(postgres, cell));
            postgres.rollback();
            out.println();
            out.println("cell " + cell.tag());
            out.print(report);
            out.println((report.balanced() ? "BOOKS BALANCE: cell " : "BOOKS DO NOT BALANCE: cell ") + cell.tag()
                    + ", sequence " + inRedis.sequence());
            return report.balanced();
        }
    }

    /** What Redis holds once it is settled and does not move; past the patience, what it holds then. */
    private RedisBooks quiet(CellRow cell) throws IOException, SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Connection postgres = addresses.openPostgres()) {
            while (true) {
                boolean last = System.nanoTime() >= deadline;
                if (last || PostgresReader.settledSequence(postgres, cell) >= RedisReader.sequence(redis, cell.tag())) {
                    RedisBooks books = RedisReader.read(redis, cell.tag());
                    if (RedisReader.sequence(redis, cell.tag()) == books.sequence()) {
                        return books;
                    }
                    if (last) {
                        throw new IOException("cell " + cell.tag() + " is still posting after " + patience.toSeconds()
                                + " s: stop the traffic first");
                    }
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
    }
}
