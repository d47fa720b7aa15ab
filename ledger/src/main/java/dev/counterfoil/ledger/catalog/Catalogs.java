package dev.counterfoil.ledger.catalog;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's own copy of every program and catalog, read from Redis alone, so that a gateway starts without PostgreSQL. At
 * most {@link #POLL} and a round trip old; that is enough, since the ledger refuses what was compiled from another version and
 * the caller then {@linkplain #refresh refreshes}. What was once read stays when Redis loses it. Thread-safe; futures complete
 * on the caller's Vert.x context.
 */
public final class Catalogs {
    /** How long a change of another gateway may stay unnoticed. */
    public static final Duration POLL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Catalogs.class);

    /** Reads under way at once while everything is loaded. */
    private static final int CHUNK = 64;

    /** Polls after which each program is looked at, whatever was told. */
    private static final int ALL_EVERY = 10;

    private static final Future<Void> NOTHING = Future.succeededFuture();

    private final RedisConnection redis;
    private final PublishedList list;
    private final Map<String, Program> programs = new ConcurrentHashMap<>();
    private final Map<String, Catalog> catalogs = new ConcurrentHashMap<>();
    private final Map<String, Reload> reloads = new ConcurrentHashMap<>();
    private final Map<String, String> unreadable = new ConcurrentHashMap<>();
    private volatile long listVersion = -1;
    private volatile String published = "";
    private final AtomicInteger polls = new AtomicInteger();

    public Catalogs(RedisConnection redis) {
        this.redis = redis;
        this.list = new PublishedList(redis, RedisKeys.PROGRAMS, RedisKeys.PROGRAMS_VERSION);
    }

    /** Reads everything. Fails when Redis cannot be read, not for a program whose catalog cannot. */
    public Future<Void> load() {
        return loadList().compose(done -> refreshAll(new ArrayList<>(programs.keySet())));
    }

    /** Looks for changes every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading the catalog", POLL, this::poll);
    }

    /** The program's catalog; empty when there is no such program, or when its cell is cold and has none. */
    public Optional<Catalog> get(String program) {
        return Optional.ofNullable(catalogs.get(program));
    }

    /** The program as listed, known also while its cell is cold. */
    public Optional<Program> program(String id) {
        return Optional.ofNullable(programs.get(id));
    }

    /** Every program, in no order. */
    public List<Program> programs() {
        return List.copyOf(programs.values());
    }

    /**
     * Reads one program anew, known or not, and gives its catalog as it stood after this call. However many ask, at most one
     * read of a program is under way, and one waits.
     */
    public Future<Optional<Catalog>> refresh(String program) {
        Reload reload = new Reload();
        while (true) {
            Reload underWay = reloads.putIfAbsent(program, reload);
            if (underWay == null) {
                begin(program, reload);
                return onContext(reload.result);
            }
            // The read under way may have begun before the change that the caller knows of.
            Optional<CompletableFuture<Optional<Catalog>>> next = underWay.awaitNext();
            if (next.isPresent()) {
                return onContext(next.get());
            }
            // It has just ended and is about to leave the map.
            Thread.onSpinWait();
        }
    }

    private void begin(String program, Reload reload) {
        read(program).onComplete(read -> {
            Reload next = reload.end();
            if (next == null) {
                reloads.remove(program, reload);
            } else {
                reloads.put(program, next);
                begin(program, next);
            }
            if (read.succeeded()) {
                reload.result.complete(read.result());
            } else {
                reload.result.completeExceptionally(read.cause());
            }
        });
    }

    private static <T> Future<T> onContext(CompletableFuture<T> result) {
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(result) : Future.fromCompletionStage(result, context);
    }

    private Future<Optional<Catalog>> read(String program) {
        byte[] key = bytes(RedisKeys.catalog(Cell.of(program)));
        return redis.call(RedisKeys.PROGRAMS, commands -> commands.hget(bytes(RedisKeys.PROGRAMS), bytes(program)))
                .compose(listed -> {
                    if (listed == null) {
                        return Future.succeededFuture(get(program));
                    }
                    programs.put(program, CatalogJson.program(new JsonObject(text(listed))));
                    return redis.call(key, commands -> commands.hgetall(key)).map(found -> {
                        Map<String, JsonObject> fields = new HashMap<>();
                        found.forEach((field, json) -> fields.put(text(field), new JsonObject(text(json))));
                        CatalogFields.read(fields).ifPresent(catalog -> catalogs.put(program, catalog));
                        return get(program);
                    });
                });
    }

    /** One number tells whether any catalog was published; now and then each is looked at all the same. */
    private Future<Void> poll() {
        boolean all = polls.getAndIncrement() % ALL_EVERY == 0;
        return list.version().compose(version -> {
            boolean listed = version != listVersion;
            return (listed ? loadList() : NOTHING)
                    .compose(
                            done -> redis.call(RedisKeys.CATALOGS, commands -> commands.get(bytes(RedisKeys.CATALOGS))))
                    .compose(value -> {
                        String now = value == null ? "" : text(value);
                        boolean told = listed || !now.equals(published);
                        return all || told ? pollEach().onSuccess(seen -> published = now) : NOTHING;
                    });
        });
    }

    private Future<Void> pollEach() {
        List<Program> known = programs();
        List<Future<Boolean>> changed = new ArrayList<>();
        for (Program program : known) {
            byte[] meta = bytes(RedisKeys.meta(Cell.of(program.id())));
            changed.add(redis.call(meta, commands -> commands.hget(meta, bytes("catalog")))
                    .map(version -> version != null && isOther(program.id(), Long.parseLong(text(version))))
                    .recover(Catalogs::laterWhereAway));
        }
        return Future.all(changed).compose(all -> {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                if (changed.get(i).result()) {
                    names.add(known.get(i).id());
                }
            }
            return refreshAll(names);
        });
    }

    /** Cells may be on several servers: one that is away does not hold up the others. */
    static Future<Boolean> laterWhereAway(Throwable failure) {
        return failure instanceof LedgerFault.Unavailable
                ? Future.succeededFuture(false)
                : Future.failedFuture(failure);
    }

    /** Version 0 is an open cell that has no catalog yet. */
    private boolean isOther(String program, long version) {
        Catalog catalog = catalogs.get(program);
        return version > 0 && (catalog == null || catalog.version() != version);
    }

    /** The version is read first: the entries are then as new as it, or newer. */
    private Future<Void> loadList() {
        return list.version()
                .compose(version -> list.entries().map(entries -> {
                    entries.forEach((id, json) -> programs.put(id, CatalogJson.program(json)));
                    listVersion = version;
                    return null;
                }));
    }

    private Future<Void> refreshAll(List<String> names) {
        Future<Void> all = Future.succeededFuture();
        for (int from = 0; from < names.size(); from += CHUNK) {
            List<String> chunk = names.subList(from, Math.min(from + CHUNK, names.size()));
            all = all.compose(done ->
                    Future.join(chunk.stream().map(this::refreshOrLog).toList()).mapEmpty());
        }
        return all;
    }

    private Future<Void> refreshOrLog(String program) {
        return refresh(program).transform(read -> {
            if (read.succeeded()) {
                unreadable.remove(program);
            } else if (!read.cause()
                    .toString()
                    .equals(unreadable.put(program, read.cause().toString()))) {
                LOG.error(
                        "catalog of program {} cannot be read: {}",
                        program,
                        read.cause().toString());
            }
            return Future.succeededFuture();
        });
    }

    /** One read of one program, and the one that has to follow when somebody asked meanwhile. */
    private static final class Reload {
        final CompletableFuture<Optional<Catalog>> result = new CompletableFuture<>();
        private @Nullable Reload next;
        private boolean ended;

        /** The result of the read after this one; empty when this one has ended. */
        synchronized Optional<CompletableFuture<Optional<Catalog>>> awaitNext() {
            if (ended) {
                return Optional.empty();
            }
            if (next == null) {
                next = new Reload();
            }
            return Optional.of(next.result);
        }

        synchronized @Nullable Reload end() {
            ended = true;
            return next;
        }
    }
}
