package dev.counterfoil.ledger.rebuild;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.TransactionId;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cell that was rebuilt.
 *
 * @param epoch that it is open in now
 * @param sequence up to which the books hold it, and from which it goes on
 * @param tail transactions that were still in the journal and were settled first
 * @param counts what was restored
 * @param lostTo the highest sequence that is known to have been acknowledged, or to have stood in Redis; what is beyond {@code
 *     sequence} is lost
 * @param broken why the rest of the journal did not go on from the books, null where it did
 * @param kept key under which that journal was put aside, null where there is none
 */
public record Rebuilt(
        Cell cell,
        long epoch,
        long sequence,
        long tail,
        Counts counts,
        long lostTo,
        @Nullable String broken,
        @Nullable String kept,
        Duration took) {

    /** How many of each kind. */
    public record Counts(
            long cards, long accounts, long items, long codes, long quotas, long holds, long followed, long records) {
        JsonObject toJson() {
            return new JsonObject()
                    .put("cards", cards)
                    .put("accounts", accounts)
                    .put("items", items)
                    .put("codes", codes)
                    .put("quotas", quotas)
                    .put("holds", holds)
                    .put("followed", followed)
                    .put("records", records);
        }
    }

    /** Transactions that were accepted and are in neither store, as far as is known. */
    public long lost() {
        return Math.max(0, lostTo - sequence);
    }

    /** For {@code --json}. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("cell", cell.toString())
                .put("epoch", epoch)
                .put("sequence", sequence)
                .put("tail", tail)
                .put("restored", counts.toJson())
                .put("lost", lost());
        if (lost() > 0) {
            json.put("first_lost", id(sequence + 1)).put("last_lost", id(lostTo));
        }
        return json.put("broken", broken).put("journal_kept", kept).put("ms", took.toMillis());
    }

    /** For people: a line, and one for each thing that was lost. */
    public String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: open in epoch %d at sequence %d, after %.1f s: %d cards, %d accounts, %d items, %d codes, %d quotas,"
                        + " %d holds, %d counts of what was given back, %d keys; %d transactions were settled first",
                cell,
                epoch,
                sequence,
                took.toMillis() / 1000.0,
                counts.cards(),
                counts.accounts(),
                counts.items(),
                counts.codes(),
                counts.quotas(),
                counts.holds(),
                counts.followed(),
                counts.records(),
                tail));
        if (lost() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s: LOST %d transactions that were accepted, %s to %s (sequences %d to %d)",
                    cell,
                    lost(),
                    id(sequence + 1),
                    id(lostTo),
                    sequence + 1,
                    lostTo));
        }
        if (broken != null) {
            text.append(String.format(Locale.ROOT, "%n%s: %s", cell, broken));
        }
        if (kept != null) {
            text.append(String.format(Locale.ROOT, "%n%s: that journal was kept as %s", cell, kept));
        }
        return text.toString();
    }

    private String id(long of) {
        return new TransactionId(cell.index(), of).toString();
    }
}
