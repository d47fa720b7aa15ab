package dev.counterfoil.ledger.catalog;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.Script;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the catalog from PostgreSQL to Redis. Any number of publishers may run at once: a cell's catalog is replaced by
 * compare-and-set on its version, and the list of programs takes only what is newer. Thread-safe; futures complete on the
 * caller's Vert.x context.
 */
public final class CatalogPublisher {
    /** How often a sweep looks for what a publisher that stopped halfway left behind. */
    public static final Duration SWEEP = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(CatalogPublisher.class);
    private static final Script PUBLISH = Script.load("publish");
    private static final int ATTEMPTS = 10;

    private final Database database;
    private final RedisConnection redis;
    private final CellOpening opening;
    private final PublishedList programs;

    public CatalogPublisher(Database database, RedisConnection redis) {
        this.database = database;
        this.redis = redis;
        this.opening = new CellOpening(database, redis);
        this.programs = new PublishedList(redis, RedisKeys.PROGRAMS, RedisKeys.PROGRAMS_VERSION);
    }

    /**
     * Opens the program's cells that were never open, and makes Redis hold the catalog as PostgreSQL has it now, or newer. When
     * the future succeeds, no transaction compiled from an older catalog is posted any more.
     *
     * <p>Fails with {@link LedgerFault.Cold} where Redis lost a cell, with {@link LedgerFault.Unavailable} or {@code
     * DatabaseUnavailable} when a server is away; PostgreSQL keeps the change, and a sweep publishes it when it can.
     */
    public Future<Void> publish(String program) {
        return database.call(handle -> CatalogRows.programs(handle, "where p.id = :id", Map.of("id", program)))
                .compose(found -> found.isEmpty()
                        ? Future.failedFuture(
                                new IllegalArgumentException("program: " + program + " (expected: one that exists)"))
                        : publish(found.get(0)));
    }

    /** Publishes whatever differs and opens cells that were never open; a program that fails does not hold up the others. */
    public Future<Void> sweep() {
        return publishList()
                .compose(done -> database.call(CatalogPublisher::published))
                .compose(this::differing)
                .compose(differing -> {
                    Future<Void> swept = Future.succeededFuture();
                    for (String program : differing) {
                        swept = swept.compose(done -> publish(program).recover(failure -> {
                            LOG.warn("catalog of program {} not published: {}", program, failure.toString());
                            return Future.succeededFuture();
                        }));
                    }
                    return swept;
                });
    }

    private Future<Void> publish(Program program) {
        Future<Void> cells = opening.open(program);
        for (ProgramCell cell : program.cells()) {
            cells = cells.compose(done -> publish(program.address(cell), cell, ATTEMPTS));
        }
        // Listed even when a cell is cold, so that gateways know the program and can say so.
        return cells.transform(result -> publishList()
                .compose(done -> result.succeeded() ? Future.succeededFuture() : Future.failedFuture(result.cause())));
    }

    private Future<Void> publish(Cell address, ProgramCell cell, int attempts) {
        byte[] meta = bytes(RedisKeys.meta(address));
        return redis.call(meta, commands -> commands.hmget(meta, bytes("epoch"), bytes("catalog")))
                .compose(state -> {
                    if (!value(state.get(0)).equals(Long.toString(cell.epoch()))) {
                        return Future.failedFuture(new LedgerFault.Cold(address));
                    }
                    long from = version(state.get(1));
                    return database.inSnapshot(handle -> changes(handle, address.program(), from))
                            .compose(changes -> apply(address, cell, changes, attempts));
                });
    }

    private Future<Void> apply(Cell address, ProgramCell cell, Changes changes, int attempts) {
        if (changes.to() <= changes.from()) {
            if (changes.to() < changes.from()) {
                LOG.error(
                        "cell {} has catalog version {}, PostgreSQL {}: was PostgreSQL restored from a backup?",
                        address,
                        changes.from(),
                        changes.to());
            }
            return Future.succeededFuture();
        }
        byte[][] keys = {bytes(RedisKeys.meta(address)), bytes(RedisKeys.catalog(address))};
        byte[][] args = changes.arguments(cell.epoch());
        return redis.call(PUBLISH.<List<byte[]>>run(redis, ScriptOutputType.MULTI, keys, args))
                .compose(answer -> switch (text(answer.get(0))) {
                    case "published" -> tellAll();
                    case "changed" ->
                        attempts > 1
                                ? publish(address, cell, attempts - 1)
                                : Future.failedFuture(new LedgerFault.Overloaded(
                                        "the catalog of " + address + " changes faster than it can be published"));
                    default -> Future.failedFuture(new LedgerFault.Cold(address));
                });
    }

    /** Gateways look at this one number instead of at every program; where it could not be raised, they look a little later. */
    private Future<Void> tellAll() {
        return redis.call(RedisKeys.CATALOGS, commands -> commands.incr(bytes(RedisKeys.CATALOGS)))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private Future<Void> publishList() {
        return programs.version()
                .compose(from -> database.inSnapshot(handle -> {
                            Map<String, JsonObject> entries = new LinkedHashMap<>();
                            CatalogRows.programs(handle, "where p.list_version > :from", Map.of("from", from))
                                    .forEach(program -> entries.put(program.id(), CatalogJson.write(program)));
                            return new ListChanges(listVersion(handle), entries);
                        })
                        .compose(changes -> changes.version() <= from
                                ? Future.succeededFuture()
                                : programs.publish(changes.version(), changes.entries())));
    }

    private static long listVersion(Handle handle) {
        return handle.createQuery("select value from version where name = 'programs'")
                .mapTo(Long.class)
                .one();
    }

    private static Changes changes(Handle handle, String program, long from) {
        long to = handle.createQuery("select catalog_version from program where id = ?")
                .bind(0, program)
                .mapTo(Long.class)
                .one();
        Map<String, JsonObject> entries = new LinkedHashMap<>();
        CatalogRows.programs(handle, "where p.id = :id and p.version > :from", Map.of("id", program, "from", from))
                .forEach(changed -> entries.put(CatalogFields.PROGRAM, CatalogJson.write(changed)));
        CatalogRows.cardTypes(handle, program, from)
                .forEach(type -> entries.put(CatalogFields.cardType(type.id()), CatalogJson.write(type)));
        CatalogRows.items(handle, program, from)
                .forEach(item -> entries.put(CatalogFields.item(item.sku()), CatalogJson.write(item)));
        return new Changes(from, to, entries);
    }

    /** The whole catalog of a program as a cell's hash in Redis has it. */
    public static PublishedCatalog whole(Handle handle, String program) {
        Changes all = changes(handle, program, 0);
        return new PublishedCatalog(all.to(), all.entries());
    }

    /**
     * @param version the catalog's
     * @param fields of the hash
     */
    public record PublishedCatalog(long version, Map<String, JsonObject> fields) {
        public PublishedCatalog {
            fields = Map.copyOf(fields);
        }
    }

    /** What PostgreSQL says of every cell. */
    private static List<CellVersion> published(Handle handle) {
        return handle.createQuery("""
                        select p.id, p.catalog_version, c.index, c.epoch, c.opened
                          from cell c join program p on p.id = c.program order by c.id
                        """)
                .map((row, context) -> new CellVersion(
                        new Cell(row.getString("id"), row.getInt("index")),
                        row.getLong("epoch"),
                        row.getBoolean("opened"),
                        row.getLong("catalog_version")))
                .list();
    }

    /** Programs with a cell that was never opened or that is behind. A cell that is cold is not for a sweep to mend. */
    private Future<List<String>> differing(List<CellVersion> cells) {
        List<Future<Boolean>> behind = new ArrayList<>();
        for (CellVersion cell : cells) {
            byte[] meta = bytes(RedisKeys.meta(cell.address()));
            behind.add(redis.call(meta, commands -> commands.hmget(meta, bytes("epoch"), bytes("catalog")))
                    .map(state -> !cell.opened()
                            || (value(state.get(0)).equals(Long.toString(cell.epoch()))
                                    && version(state.get(1)) < cell.version()))
                    .recover(Catalogs::laterWhereAway));
        }
        return Future.all(behind).map(all -> {
            List<String> programs = new ArrayList<>();
            for (int i = 0; i < cells.size(); i++) {
                String program = cells.get(i).address().program();
                if (behind.get(i).result() && !programs.contains(program)) {
                    programs.add(program);
                }
            }
            return programs;
        });
    }

    private static String value(KeyValue<byte[], byte[]> field) {
        return field.hasValue() ? text(field.getValue()) : "";
    }

    private static long version(KeyValue<byte[], byte[]> field) {
        return field.hasValue() ? Long.parseLong(text(field.getValue())) : 0;
    }

    private record CellVersion(Cell address, long epoch, boolean opened, long version) {}

    private record ListChanges(long version, Map<String, JsonObject> entries) {}

    private record Changes(long from, long to, Map<String, JsonObject> entries) {
        byte[][] arguments(long epoch) {
            List<byte[]> arguments = new ArrayList<>();
            arguments.add(bytes(Long.toString(epoch)));
            arguments.add(bytes(Long.toString(from)));
            arguments.add(bytes(Long.toString(to)));
            entries.forEach((field, json) -> {
                arguments.add(bytes(field));
                arguments.add(bytes(json.encode()));
            });
            return arguments.toArray(byte[][]::new);
        }
    }
}
