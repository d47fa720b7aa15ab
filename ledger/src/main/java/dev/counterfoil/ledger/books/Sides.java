package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.books.BooksSide.CellRow;
import dev.counterfoil.ledger.postgres.Database;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/** The two sides that are compared, and the wait for one to catch up with the other. Blocks its thread. */
final class Sides {
    private static final Duration POLL = Duration.ofMillis(20);

    final RedisSide redis;
    final Progress progress;
    private final Database database;
    private final Consumer<Cell> settle;
    private final Duration patience;

    Sides(Database database, RedisSide redis, Consumer<Cell> settle, Duration patience, Progress progress) {
        this.progress = progress;
        this.database = database;
        this.redis = redis;
        this.settle = settle;
        this.patience = patience;
    }

    /** What {@code read} finds, all of one moment. */
    <T> T snapshot(Function<BooksSide, T> read) {
        try {
            return database.inSnapshot(handle -> read.apply(new BooksSide(handle)))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw e;
        }
    }

    /** Runs {@code compare} on one moment. */
    void inSnapshot(Consumer<BooksSide> compare) {
        boolean compared = snapshot(books -> {
            compare.accept(books);
            return true;
        });
    }

    /** Waits until {@code sequence} is settled; returns the cell as it then is, perhaps not so far when patience ended. */
    CellRow settledPast(CellRow row, long sequence) {
        long deadline = System.nanoTime() + patience.toNanos();
        CellRow now = snapshot(books -> books.cell(row.id()));
        while (now.settled() < sequence && System.nanoTime() < deadline) {
            settle.accept(row.cell());
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return now;
            }
            now = snapshot(books -> books.cell(row.id()));
        }
        return now;
    }
}
