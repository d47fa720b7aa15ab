package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.books.BooksSide.AccountRow;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisServer;
import dev.counterfoil.ledger.redis.Script;
import dev.counterfoil.ledger.settlement.PostingAccounts;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What Redis holds of a cell, each reading with the sequence it belongs to. Blocks its thread. */
final class RedisSide {
    private static final Script CARDS = Script.load("read_cards");
    private static final Script ACCOUNTS = Script.load("read_accounts");
    private static final Script QUOTAS = Script.load("read_quotas");
    private static final Script HOLDS = Script.load("read_holds");
    private static final Script HOLDS_PAGE = Script.load("scan_holds");
    private static final Script ITEMS = Script.load("read_items");
    private static final int SCAN_COUNT = 1_000;
    private static final int CARDS_A_READ = 500;
    private static final long ANSWER_SECONDS = 30;

    /** The cursor of {@link #holdsPage} to begin with. */
    static final String FIRST_PAGE = "0";

    private final RedisConnection redis;

    RedisSide(RedisConnection redis) {
        this.redis = redis;
    }

    /**
     * Values read at one moment.
     *
     * @param sequence the cell's
     */
    record Reading<T>(long sequence, Map<String, T> values) {}

    /**
     * @param balance null when there is no such card
     * @param expiresAtMs 0 = never
     * @param owner empty for nobody
     */
    record CardNow(@Nullable Long balance, String state, long held, long expiresAtMs, String owner) {}

    /** @param flags {@code f} frozen, {@code v} verified */
    record AccountNow(long balance, String flags, long held, String lots) {}

    record ItemNow(long units, long codes) {}

    /** The cards of {@code ids}, in readings of 500 that are sent at once; none when the cell is cold. */
    List<Reading<CardNow>> cards(Cell cell, List<String> ids) {
        List<CompletionStage<List<byte[]>>> sent = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += CARDS_A_READ) {
            List<String> keys = new ArrayList<>();
            ids.subList(from, Math.min(ids.size(), from + CARDS_A_READ))
                    .forEach(id -> keys.add(RedisKeys.card(cell, id)));
            sent.add(send(CARDS, cell, keys));
        }
        List<Reading<CardNow>> readings = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            Optional<List<String>> reply = texts(await(sent.get(i)));
            int from = i * CARDS_A_READ;
            List<String> of = ids.subList(from, Math.min(ids.size(), from + CARDS_A_READ));
            if (reply.isEmpty()) {
                return List.of();
            }
            readings.add(cards(of, reply.get()));
        }
        return readings;
    }

    private static Reading<CardNow> cards(List<String> ids, List<String> reply) {
        Map<String, CardNow> cards = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            String balance = reply.get(1 + 5 * i);
            cards.put(
                    ids.get(i),
                    new CardNow(
                            balance.isEmpty() ? null : Long.valueOf(balance),
                            reply.get(2 + 5 * i),
                            Long.parseLong(reply.get(3 + 5 * i)),
                            Long.parseLong(reply.get(4 + 5 * i)),
                            reply.get(5 + 5 * i)));
        }
        return new Reading<>(Long.parseLong(reply.get(0)), cards);
    }

    /** The items of {@code skus}, at most 250; nothing when the cell is cold. */
    Optional<Reading<ItemNow>> items(Cell cell, List<String> skus) {
        List<String> keys = new ArrayList<>();
        skus.forEach(sku -> {
            keys.add(RedisKeys.item(cell, sku));
            keys.add(RedisKeys.codes(cell, sku));
        });
        return run(ITEMS, cell, keys).map(reply -> {
            Map<String, ItemNow> items = new HashMap<>();
            for (int i = 0; i < skus.size(); i++) {
                items.put(
                        skus.get(i),
                        new ItemNow(Long.parseLong(reply.get(1 + 2 * i)), Long.parseLong(reply.get(2 + 2 * i))));
            }
            return new Reading<>(Long.parseLong(reply.get(0)), items);
        });
    }

    /** The balances of {@code rows}, at most 500, in their order; nothing when the cell is cold. */
    Optional<Reading<AccountNow>> accounts(Cell cell, List<AccountRow> rows) {
        List<String> keys =
                rows.stream().map(row -> RedisKeys.account(cell, row.account())).toList();
        byte[][] assets = rows.stream().map(row -> RedisKeys.bytes(row.asset())).toArray(byte[][]::new);
        return run(ACCOUNTS, cell, keys, assets).map(reply -> {
            Map<String, AccountNow> accounts = new HashMap<>();
            for (int i = 0; i < rows.size(); i++) {
                AccountRow row = rows.get(i);
                accounts.put(
                        PostingAccounts.account(row.asset(), row.account()),
                        new AccountNow(
                                Long.parseLong(reply.get(1 + 4 * i)),
                                reply.get(2 + 4 * i),
                                Long.parseLong(reply.get(3 + 4 * i)),
                                reply.get(4 + 4 * i)));
            }
            return new Reading<>(Long.parseLong(reply.get(0)), accounts);
        });
    }

    /** Counters of limits. */
    record QuotasNow(long sequence, long nowMs, Map<String, Long> used) {}

    /** The counters of {@code keys}, at most 2,000, as far as they are there; nothing when the cell is cold. */
    Optional<QuotasNow> quotas(Cell cell, List<String> keys) {
        List<String> names =
                keys.stream().map(key -> RedisKeys.quota(cell, key)).toList();
        return run(QUOTAS, cell, names).map(reply -> {
            Map<String, Long> used = new HashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                String units = reply.get(2 + i);
                if (!units.isEmpty()) {
                    used.put(keys.get(i), Long.valueOf(units));
                }
            }
            return new QuotasNow(Long.parseLong(reply.get(0)), Long.parseLong(reply.get(1)), used);
        });
    }

    /** The deadlines in ms of the holds of {@code sequences}, 1 to 5,000, that are open; nothing when the cell is cold. */
    Optional<Reading<Long>> holds(Cell cell, List<Long> sequences) {
        byte[][] asked = sequences.stream()
                .map(sequence -> RedisKeys.bytes(Long.toString(sequence)))
                .toArray(byte[][]::new);
        return run(HOLDS, cell, List.of(RedisKeys.holds(cell)), asked).map(reply -> {
            Map<String, Long> deadlines = new HashMap<>();
            for (int i = 0; i < sequences.size(); i++) {
                String deadline = reply.get(1 + i);
                if (!deadline.isEmpty()) {
                    deadlines.put(Long.toString(sequences.get(i)), Long.valueOf(deadline));
                }
            }
            return new Reading<>(Long.parseLong(reply.get(0)), deadlines);
        });
    }

    /**
     * Some of the open holds.
     *
     * @param sequence the cell's
     * @param next cursor of the page that follows, {@link #FIRST_PAGE} after the last
     */
    record HoldsPage(long sequence, String next, List<Long> holds) {}

    /** About {@code count} open holds, at most 5,000; nothing when the cell is cold. All pages show every hold that stays open. */
    Optional<HoldsPage> holdsPage(Cell cell, String cursor, int count) {
        byte[][] asked = {RedisKeys.bytes(cursor), RedisKeys.bytes(Integer.toString(count))};
        return run(HOLDS_PAGE, cell, List.of(RedisKeys.holds(cell)), asked)
                .map(reply -> new HoldsPage(
                        Long.parseLong(reply.get(0)),
                        reply.get(1),
                        reply.subList(2, reply.size()).stream()
                                .map(Long::valueOf)
                                .toList()));
    }

    /** Tells {@code each} the key of every card of every cell, some perhaps twice. Walks through all keys of every server. */
    void scanCards(Consumer<String> each) {
        redis.servers().forEach(server -> scanCards(server, each));
    }

    private static void scanCards(RedisServer server, Consumer<String> each) {
        ScanArgs args = ScanArgs.Builder.matches("{*}:card:*").limit(SCAN_COUNT);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            KeyScanCursor<byte[]> page = await(server.dispatch(commands -> commands.scan(from, args)));
            page.getKeys().forEach(key -> each.accept(RedisKeys.text(key)));
            cursor = page;
        } while (!cursor.isFinished());
    }

    private Optional<List<String>> run(Script script, Cell cell, List<String> keys, byte[]... args) {
        return texts(await(send(script, cell, keys, args)));
    }

    private CompletionStage<List<byte[]>> send(Script script, Cell cell, List<String> keys, byte[]... args) {
        List<byte[]> all = new ArrayList<>();
        all.add(RedisKeys.bytes(RedisKeys.meta(cell)));
        keys.forEach(key -> all.add(RedisKeys.bytes(key)));
        return script.run(redis, ScriptOutputType.MULTI, all.toArray(new byte[0][]), args);
    }

    /** Nothing where the cell is cold. */
    private static Optional<List<String>> texts(List<byte[]> reply) {
        return reply.isEmpty()
                ? Optional.empty()
                : Optional.of(reply.stream().map(RedisKeys::text).toList());
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new LedgerFault.Unavailable("Redis: " + (e.getCause() == null ? e : e.getCause()).getMessage());
        } catch (TimeoutException e) {
            throw new LedgerFault.Unavailable("Redis: no answer within " + ANSWER_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerFault.Unavailable("Redis: interrupted while waiting");
        }
    }
}
