package dev.counterfoil.ledger;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A posted transaction as the journal and the books hold it. {@code data} is what the rule asked for and
 * {@code result} is what the kernel did; ARCHITECTURE.md gives their fields. An answer is rendered from these two alone,
 * so it is the same today from Redis and next year from PostgreSQL; but for the level that was reached, which may rise.
 *
 * @param sequence dense within the cell, from 1; 0 in a preview, which was not posted
 * @param durability the level that it is known to have reached, of those that its request asked for
 */
public record JournaledTransaction(
        Cell cell, long sequence, JsonObject data, JsonObject result, Durability durability) {
    /** As the journal holds it: with the level that the step which posted it reached. */
    public JournaledTransaction(Cell cell, long sequence, JsonObject data, JsonObject result) {
        this(
                cell,
                sequence,
                data,
                result,
                Durability.of(data.getString("durability", "")).orElse(Durability.ACCEPTED));
    }

    /** Whether the request that posted it asked to wait for the books. */
    public boolean wantsSettled() {
        return Durability.SETTLED.label().equals(data.getString("wants"));
    }

    /** The same, known to be in the books. */
    public JournaledTransaction asSettled() {
        return new JournaledTransaction(cell, sequence, data, result, Durability.SETTLED);
    }

    public TransactionId id() {
        return new TransactionId(cell.index(), sequence);
    }

    /** One of the labels of {@link TransactionType}. */
    public String type() {
        return required(data.getString("type"));
    }

    /** Time of posting by Redis' clock, to the millisecond. */
    public Instant at() {
        Long ms = result.getLong("at");
        return Instant.ofEpochMilli(ms == null ? 0 : ms);
    }

    /** Id of the client that posted it. */
    public String client() {
        return required(data.getString("client"));
    }

    /** What the rule keeps to render the answer from. */
    public JsonObject request() {
        JsonObject request = data.getJsonObject("request");
        return request == null ? new JsonObject() : request;
    }

    /** The legs as asked for, each an array that begins with its kind. */
    public JsonArray legs() {
        return required(data.getJsonArray("legs"));
    }

    /** What became of each leg, in the order of {@link #legs()}. */
    public JsonArray results() {
        return required(result.getJsonArray("legs"));
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a journaled transaction lacks a field");
        }
        return value;
    }
}
