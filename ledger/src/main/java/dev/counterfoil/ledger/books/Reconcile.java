package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.RedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Compares Redis with PostgreSQL while redemptions go on. Cards are read from Redis in chunks, each together with the cell's
 * sequence s at that moment; then PostgreSQL has to have settled past s, and in one snapshot its balance, less what it posted
 * after s, has to be the balance that was read. Items likewise; counters of limits and open holds, where no transaction after s
 * moved them. The totals are of one snapshot of PostgreSQL alone: what was
 * issued is in balances, redeemed, void or adjusted, and the sequences have no gap. A program has one cell yet.
 *
 * <p>Blocks the thread that runs it; not for an event loop. Fails with {@code DatabaseUnavailable} or
 * {@link dev.counterfoil.ledger.LedgerFault.Unavailable} when a server is away.
 */
public final class Reconcile {
    private final Sides sides;

    /**
     * @param redis a connection of its own
     * @param settle asked, again and again, to settle a cell that is behind; {@code Settler::markDirty}, or nothing to do when
     *     another process settles
     * @param patience how long settlement of one cell is waited for before that counts as a difference
     */
    public Reconcile(
            Database database, RedisConnection redis, Consumer<Cell> settle, Duration patience, Progress progress) {
        this.sides = new Sides(database, new RedisSide(redis), settle, patience, progress);
    }

    /** The same, and nobody hears how far it is. */
    public Reconcile(Database database, RedisConnection redis, Consumer<Cell> settle, Duration patience) {
        this(database, redis, settle, patience, Progress.SILENT);
    }

    /** Compares every cell, and looks through Redis for cards that the books do not know. */
    public Reconciliation all() {
        List<CellCheck> checks = compare("");
        StrayCards strays = new StrayCards(sides, checks);
        sides.redis.scanCards(strays::met);
        strays.finish();
        return result(checks);
    }

    /** Compares the cells of one program; does not look for cards that the books do not know. */
    public Reconciliation program(String program) {
        if (program.isEmpty()) {
            throw new IllegalArgumentException("program: empty (expected: an id)");
        }
        return result(compare(program));
    }

    private List<CellCheck> compare(String program) {
        return sides.snapshot(books -> books.cells(program)).stream()
                .map(row -> new CellCheck(sides, row).run())
                .toList();
    }

    private static Reconciliation result(List<CellCheck> checks) {
        List<Difference> differences = new ArrayList<>();
        checks.forEach(check -> differences.addAll(check.findings.differences));
        return new Reconciliation(
                checks.stream().map(check -> check.findings.books()).toList(), differences);
    }
}
