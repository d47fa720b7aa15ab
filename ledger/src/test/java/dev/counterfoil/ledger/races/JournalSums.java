package dev.counterfoil.ledger.races;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.redis.Journal;
import dev.counterfoil.ledger.redis.JournalEntry;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A cell's journal added up from nothing, in its order: sequences have to be dense, the value that each leg says it left has
 * to be the sum up to there, and none may ever be below zero. What the legs between a due and its paid gave has to be what
 * was due.
 */
final class JournalSums {
    private static final int PAGE = 500;

    /** A key and the field of its hash, empty for a string. */
    record Place(String key, String field) {}

    private final Cell cell;
    private final Map<Place, Long> values = new HashMap<>();
    private long transactions;
    /** Of the transaction: what is due and not given yet; nothing is counted where there are no dues. */
    private long due;

    private boolean open;

    private JournalSums(Cell cell) {
        this.cell = cell;
    }

    static JournalSums of(RedisConnection redis, Cell cell) {
        JournalSums sums = new JournalSums(cell);
        Journal journal = new Journal(redis);
        List<JournalEntry> page = await(journal.after(cell, 0, PAGE));
        while (!page.isEmpty()) {
            for (JournalEntry entry : page) {
                for (long sequence = entry.first(); sequence <= entry.last(); sequence++) {
                    JournalEntry.Text text = entry.texts().get(Math.toIntExact(sequence - entry.first()));
                    sums.add(new JournaledTransaction(
                            cell, sequence, new JsonObject(text.data()), new JsonObject(text.result())));
                }
            }
            page = await(journal.after(cell, sums.transactions, PAGE));
        }
        return sums;
    }

    /** Every value that some transaction moved. */
    Map<Place, Long> values() {
        return values;
    }

    long transactions() {
        return transactions;
    }

    private void add(JournaledTransaction transaction) {
        assertThat(transaction.sequence()).isEqualTo(++transactions);
        due = 0;
        open = false;
        for (int i = 0; i < transaction.legs().size(); i++) {
            add(transaction.legs().getJsonArray(i), transaction.results().getJsonArray(i));
        }
        assertThat(due)
                .as("what was due and not paid, transaction %d", transactions)
                .isZero();
    }

    private void add(JsonArray leg, JsonArray result) {
        switch (leg.getString(0)) {
            case "stock" -> move(RedisKeys.item(cell, leg.getString(1)), "u", leg.getLong(2), result.getLong(0));
            case "new_card" -> move(RedisKeys.card(cell, leg.getString(1)), "b", leg.getLong(5), leg.getLong(5));
            case "card" -> {
                due -= open ? result.getLong(4) : 0;
                move(
                        RedisKeys.card(cell, result.getString(0)),
                        "b",
                        leg.getLong(1) * result.getLong(4),
                        result.getLong(5));
            }
            case "account" -> {
                due -= open ? result.getLong(0) : 0;
                move(
                        RedisKeys.account(cell, leg.getString(1)),
                        "b:" + leg.getString(2),
                        leg.getLong(3) * result.getLong(0),
                        result.getLong(1));
            }
            case "quota" -> move(RedisKeys.quota(cell, leg.getString(1)), "", leg.getLong(2), result.getLong(0));
            case "due" -> {
                open = true;
                for (int i = 1; i < leg.size(); i++) {
                    due += leg.getLong(i);
                }
            }
            case "paid" -> {
                open = false;
                result.forEach(rest -> due -= ((Number) rest).longValue());
            }
            default -> throw new IllegalStateException(leg.encode());
        }
    }

    private void move(String key, String field, long delta, long after) {
        long sum = values.merge(new Place(key, field), delta, Long::sum);
        assertThat(after)
                .as("%s after transaction %d", key, transactions)
                .isEqualTo(sum)
                .isNotNegative();
    }
}
