package dev.counterfoil.ledger.rebuild;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.rebuild.ClosedCell.InRedis;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether something can be posted to a cell, at the moment of looking.
 *
 * @param cold why not, for people; null where it is open
 * @param ours whether Redis shows that it is the one that had this cell: it has something of it left
 * @param opened whether it ever was open; a cell that never was is opened by whoever publishes its catalog
 */
public record CellState(Cell cell, @Nullable String cold, boolean ours, boolean opened) {

    /** What is to be seen of a cell of which the books hold {@code settled} and {@code epoch}, read before Redis was. */
    static CellState of(Cell cell, boolean opened, long epoch, long settled, InRedis redis) {
        return new CellState(
                cell, opened ? cold(epoch, settled, redis) : "it never was open", redis.anything(), opened);
    }

    private static @Nullable String cold(long epoch, long settled, InRedis redis) {
        if (redis.closedBy() > 0) {
            return "a rebuild was begun and did not end";
        } else if (!redis.anything()) {
            return "Redis has nothing of it";
        } else if (redis.epoch() != epoch) {
            return "Redis has it in epoch " + redis.epoch() + ", the books in " + epoch;
        } else if (redis.sequence() < settled) {
            return "Redis has it up to sequence " + redis.sequence() + ", the books hold " + settled;
        }
        return switch (redis.journal()) {
            case "missing" -> "its journal is missing";
            case "beyond" -> "its journal goes beyond its sequence " + redis.sequence();
            default -> null;
        };
    }

    /** Why it is cold; empty where it is open. */
    public Optional<String> coldBecause() {
        return Optional.ofNullable(cold);
    }
}
