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
    private static final Script ITEMS = Script.load("read_items");
    private static final int SCAN_COUNT = 1_000;
    private static final long ANSWER_SECONDS = 30;

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

    /** @param balance null when there is no such card */
    record CardNow(@Nullable Long balance, String state, long held) {}

    /** @param flags {@code f} frozen, {@code v} verified */
    record AccountNow(long balance, String flags, long held, String lots) {}

    record ItemNow(long units, long codes) {}

    /** The cards of {@code ids}, at most 500; nothing when the cell is cold. */
    Optional<Reading<CardNow>> cards(Cell cell, List<String> ids) {
        List<String> keys = new ArrayList<>();
        ids.forEach(id -> keys.add(RedisKeys.card(cell, id)));
        return run(CARDS, cell, keys).map(reply -> {
            Map<String, CardNow> cards = new HashMap<>();
            for (int i = 0; i < ids.size(); i++) {
                String balance = reply.get(1 + 3 * i);
                Long value = balance.isEmpty() ? null : Long.valueOf(balance);
                cards.put(ids.get(i), new CardNow(value, reply.get(2 + 3 * i), Long.parseLong(reply.get(3 + 3 * i))));
            }
            return new Reading<>(Long.parseLong(reply.get(0)), cards);
        });
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
        List<byte[]> all = new ArrayList<>();
        all.add(RedisKeys.bytes(RedisKeys.meta(cell)));
        keys.forEach(key -> all.add(RedisKeys.bytes(key)));
        List<byte[]> reply = await(script.run(redis, ScriptOutputType.MULTI, all.toArray(new byte[0][]), args));
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
