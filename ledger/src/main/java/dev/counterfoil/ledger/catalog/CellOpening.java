package dev.counterfoil.ledger.catalog;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.Script;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * Opens cells that were never open. An empty Redis looks the same whether a cell is new or was lost, so PostgreSQL remembers:
 * once it says {@code opened}, a missing cell stays cold until it is rebuilt.
 *
 * <p>The cell's row is locked from reading {@code opened} to setting it, with the call to Redis in between. Without that, an
 * opener that was held up could open a second time a cell that another opened, that was used, and that Redis then lost.
 * Nothing can be posted between the two steps: the catalog, without which nothing is, is published after both.
 */
final class CellOpening {
    private static final Script OPEN = Script.load("open");

    private final Database database;
    private final RedisConnection redis;

    CellOpening(Database database, RedisConnection redis) {
        this.database = database;
        this.redis = redis;
    }

    /** Opens what is not open of the program's cells; does nothing for those that PostgreSQL has as opened. */
    Future<Void> open(Program program) {
        return database.inTransaction(handle -> {
            for (ProgramCell cell : program.cells()) {
                open(handle, program.address(cell), cell);
            }
            return null;
        });
    }

    private void open(Handle handle, Cell address, ProgramCell cell) {
        boolean neverOpened = handle.createQuery(
                        "select not opened and settled_seq = 0 from cell where id = ? and epoch = ? for no key update")
                .bind(0, cell.id())
                .bind(1, cell.epoch())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
        if (!neverOpened) {
            return;
        }
        byte[][] keys = {bytes(RedisKeys.meta(address)), bytes(RedisKeys.journal(address))};
        String epoch = Long.toString(cell.epoch());
        CompletionStage<List<byte[]>> call = OPEN.run(redis, ScriptOutputType.MULTI, keys, bytes(epoch), bytes("0"));
        List<byte[]> answer = await(call);
        boolean fresh = text(answer.get(1)).equals(epoch) && text(answer.get(2)).equals("0");
        if (!fresh) {
            throw new IllegalStateException("Redis has a history of cell " + address
                    + " that PostgreSQL does not know (expected: the Redis and the PostgreSQL of one installation)");
        }
        handle.execute("update cell set opened = true where id = ?", cell.id());
    }

    /** Waits on a worker of the database; Redis' own command timeout bounds it. */
    private static <T> T await(CompletionStage<T> call) {
        try {
            return call.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new LedgerFault.Unavailable("Redis: " + e.getMessage());
        }
    }
}
