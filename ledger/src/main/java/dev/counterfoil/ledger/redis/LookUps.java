package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Followed;
import dev.counterfoil.ledger.Ledger.DueHolds;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads what stands in a cell, behind the same fence as posts: a cell that is cold tells nothing but the time. See {@link dev.counterfoil.ledger.Ledger}
 * for what each returns. Thread-safe.
 */
final class LookUps {
    private final RedisConnection redis;
    private final ToLongFunction<Cell> epochs;
    private final Function<Cell, CellQueue> queues;
    private final Script card;
    private final Script types;
    private final Script account;
    private final Script followed;
    private final Script dueHolds;

    /**
     * @param epochs the epoch in which a cell was opened, 0 for a cell that is not known
     * @param queues of each cell, which knows what was seen of it
     * @param scripts by name
     */
    LookUps(
            RedisConnection redis,
            ToLongFunction<Cell> epochs,
            Function<Cell, CellQueue> queues,
            Function<String, Script> scripts) {
        this.redis = redis;
        this.epochs = epochs;
        this.queues = queues;
        this.card = scripts.apply("read_card");
        this.types = scripts.apply("read_types");
        this.account = scripts.apply("read_account");
        this.followed = scripts.apply("read_followed");
        this.dueHolds = scripts.apply("read_due_holds");
    }

    Future<Optional<Card>> card(Cell cell, List<String> ids) {
        byte[][] keys = new byte[1 + ids.size()][];
        keys[0] = RedisKeys.bytes(RedisKeys.meta(cell));
        for (int i = 0; i < ids.size(); i++) {
            keys[1 + i] = RedisKeys.bytes(RedisKeys.card(cell, ids.get(i)));
        }
        return read(cell, card, keys).map(reply -> {
            List<String> fields =
                    reply.stream().map(field -> RedisKeys.text((byte[]) field)).toList();
            if (fields.size() < 10) {
                return Optional.empty();
            }
            String state = fields.get(3);
            return Optional.of(new Card(
                    ids.get(Integer.parseInt(fields.get(1)) - 1),
                    fields.get(6),
                    fields.get(7),
                    fields.get(4),
                    state.isEmpty() ? CardState.ACTIVE : CardState.of(state.charAt(0)),
                    Long.parseLong(fields.get(2)),
                    Long.parseLong(fields.get(8)),
                    fields.get(9).isEmpty() ? null : fields.get(9),
                    fields.get(5).isEmpty() ? 0 : Long.parseLong(fields.get(5)),
                    Long.parseLong(fields.get(0))));
        });
    }

    Future<List<Optional<String>>> types(Cell cell, List<List<String>> candidates) {
        List<byte[]> keys = new ArrayList<>();
        keys.add(RedisKeys.bytes(RedisKeys.meta(cell)));
        byte[][] counts = new byte[candidates.size()][];
        for (int card = 0; card < counts.length; card++) {
            List<String> ids = candidates.get(card);
            ids.forEach(id -> keys.add(RedisKeys.bytes(RedisKeys.card(cell, id))));
            counts[card] = RedisKeys.bytes(Integer.toString(ids.size()));
        }
        return read(cell, types, keys.toArray(new byte[0][]), counts)
                .map(reply -> reply.stream()
                        .skip(1)
                        .map(type -> Optional.of(RedisKeys.text((byte[]) type)).filter(token -> !token.isEmpty()))
                        .toList());
    }

    Future<Optional<Account>> account(Cell cell, String id) {
        byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.account(cell, id))};
        return read(cell, account, keys).map(reply -> {
            Map<String, String> fields = fields(reply, 1);
            return fields.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Account.of(id, fields, Long.parseLong(RedisKeys.text((byte[]) reply.get(0)))));
        });
    }

    private static Map<String, String> fields(List<Object> reply, int from) {
        Map<String, String> fields = new HashMap<>();
        for (int i = from; i + 1 < reply.size(); i += 2) {
            fields.put(RedisKeys.text((byte[]) reply.get(i)), RedisKeys.text((byte[]) reply.get(i + 1)));
        }
        return fields;
    }

    Future<Followed> followed(Cell cell, long sequence) {
        byte[][] keys = {
            RedisKeys.bytes(RedisKeys.meta(cell)),
            RedisKeys.bytes(RedisKeys.followed(cell, sequence)),
            RedisKeys.bytes(RedisKeys.holds(cell))
        };
        return read(cell, followed, keys, RedisKeys.bytes(Long.toString(sequence)))
                .map(reply -> {
                    Map<String, String> fields = fields(reply, 3);
                    Map<String, Long> returned = new HashMap<>();
                    fields.forEach((field, value) -> {
                        if (field.startsWith("r:")) {
                            returned.put(field.substring(2), Long.valueOf(value));
                        }
                    });
                    String deadline = RedisKeys.text((byte[]) reply.get(2));
                    return new Followed(
                            !fields.isEmpty(),
                            fields.getOrDefault("s", ""),
                            returned,
                            deadline.isEmpty() ? 0 : Long.parseLong(deadline),
                            Long.parseLong(RedisKeys.text((byte[]) reply.get(1))),
                            Long.parseLong(RedisKeys.text((byte[]) reply.get(0))));
                });
    }

    Future<DueHolds> dueHolds(Cell cell, int most) {
        byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.holds(cell))};
        return read(cell, dueHolds, keys, RedisKeys.bytes(Integer.toString(most)))
                .map(reply -> new DueHolds(
                        reply.stream()
                                .skip(2)
                                .map(sequence -> Long.valueOf(RedisKeys.text((byte[]) sequence)))
                                .toList(),
                        RedisKeys.text((byte[]) reply.get(1)).equals("1")));
    }

    Future<Instant> now(Cell cell) {
        return redis.call(RedisKeys.meta(cell), RedisServerAsyncCommands::time)
                .map(time -> Instant.ofEpochSecond(
                        Long.parseLong(RedisKeys.text(time.get(0))),
                        Long.parseLong(RedisKeys.text(time.get(1))) * 1000));
    }

    /** Runs a reading script, whose first two arguments are the fence. */
    Future<List<Object>> read(Cell cell, Script script, byte[][] keys, byte[]... more) {
        byte[] epoch = RedisKeys.bytes(Long.toString(epochs.applyAsLong(cell)));
        byte[] floor = RedisKeys.bytes(Long.toString(queues.apply(cell).floor()));
        byte[][] args = new byte[2 + more.length][];
        args[0] = epoch;
        args[1] = floor;
        System.arraycopy(more, 0, args, 2, more.length);
        return redis.call(script.<List<Object>>run(redis, ScriptOutputType.MULTI, keys, args))
                .compose(reply -> reply.size() == 1
                        ? Future.failedFuture(queues.apply(cell).cold())
                        : Future.succeededFuture(reply));
    }
}
