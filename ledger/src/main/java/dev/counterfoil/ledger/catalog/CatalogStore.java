package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.catalog.CatalogChange.Applied;
import dev.counterfoil.ledger.catalog.CatalogChange.Declined;
import dev.counterfoil.ledger.catalog.CatalogChange.Reason;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The catalog's source of record, in PostgreSQL. Every change raises the program's catalog version and stamps the changed row
 * with it in the same transaction, which also adds it to the audit; a change that changes nothing raises nothing. Whoever calls the changing methods publishes
 * afterwards: {@link CatalogEditor} does both. Futures fail with {@code DatabaseUnavailable} when PostgreSQL is away.
 */
public final class CatalogStore {
    /** Card types of a program: each that may pay is an argument of every redemption. */
    static final int MOST_CARD_TYPES = 200;

    /** Items of a program: every gateway holds them all. */
    static final int MOST_ITEMS = 10_000;

    private final Database database;
    private final Actor actor;

    public CatalogStore(Database database) {
        this(database, Actor.SYSTEM);
    }

    private CatalogStore(Database database, Actor actor) {
        this.database = database;
        this.actor = actor;
    }

    /** The same, for {@code other}. */
    public CatalogStore as(Actor other) {
        return new CatalogStore(database, other);
    }

    /**
     * Makes a program with one cell, and its issuer where that is new. The same draft again gives the program that is there;
     * another draft under the same id is declined as {@link Reason#PROGRAM_TAKEN}.
     */
    public Future<CatalogChange<Program>> createProgram(ProgramDraft draft) {
        return database.inTransaction(handle -> {
            boolean made = program(handle, draft.id()).isEmpty() && insert(handle, draft);
            Program program = program(handle, draft.id()).orElseThrow();
            if (made) {
                audited(handle, program, "program.create", "program:" + program.id(), null, CatalogJson.write(program));
            }
            return made || program.draft().equals(draft)
                    ? new Applied<>(program, made)
                    : new Declined<>(Reason.PROGRAM_TAKEN, "/id", "another program has the id " + draft.id());
        });
    }

    /** Changes what {@code patch} names. */
    public Future<CatalogChange<Program>> patchProgram(String id, ProgramPatch patch) {
        return changing(id, (handle, old) -> {
            ProgramDraft draft = patch.onto(old.draft());
            if (!new HashSet<>(draft.assets()).containsAll(old.assets())) {
                return new Declined<>(
                        Reason.ASSET_REMOVED, "/assets", draft.assets() + " (expected: all of " + old.assets() + ")");
            }
            if (!draft.equals(old.draft())) {
                bind(handle.createUpdate("""
                                        update program set name = :name, zone = :zone, assets = :assets,
                                               limits = cast(:limits as jsonb), version = :version, list_version = :list_version
                                         where id = :id
                                        """), draft)
                        .bind("version", nextVersion(handle, id))
                        .bind("list_version", nextListVersion(handle))
                        .execute();
                audited(
                        handle,
                        old,
                        "program.change",
                        "program:" + id,
                        CatalogJson.write(old),
                        CatalogJson.write(program(handle, id).orElseThrow()));
            }
            return new Applied<>(program(handle, id).orElseThrow(), false);
        });
    }

    /** Makes or changes a card type. Its asset and face value are fixed once it exists: cards may have been made with them. */
    public Future<CatalogChange<CardType>> putCardType(String program, CardType type) {
        return changing(program, (handle, owner) -> {
            CardType old = CatalogRows.cardType(handle, program, type.id()).orElse(null);
            Declined<CardType> declined = declined(owner, old, type);
            if (declined != null) {
                return declined;
            }
            if (old != null && old.equals(type.withVersion(old.version()))) {
                return new Applied<>(old, false);
            }
            if (old == null && count(handle, "card_type", program) >= MOST_CARD_TYPES) {
                return new Declined<>(
                        Reason.TOO_MANY, "", "the program has " + MOST_CARD_TYPES + " card types, the most");
            }
            CardType stored = type.withVersion(nextVersion(handle, program));
            CatalogRows.write(handle, program, stored);
            audited(
                    handle,
                    owner,
                    "card_type.put",
                    "card_type:" + program + "/" + type.id(),
                    old == null ? null : CatalogJson.write(old),
                    CatalogJson.write(stored));
            return new Applied<>(stored, old == null);
        });
    }

    /** Makes or replaces an item. Its kind is fixed once it exists; its stock stays what it is. */
    public Future<CatalogChange<Item>> putItem(String program, Item item) {
        return changing(program, (handle, owner) -> {
            Item old = CatalogRows.item(handle, program, item.sku()).orElse(null);
            Declined<Item> declined = declined(owner, old, item);
            if (declined != null) {
                return declined;
            }
            if (old != null && old.equals(item.withVersion(old.version()))) {
                return new Applied<>(old, false);
            }
            if (old == null && count(handle, "item", program) >= MOST_ITEMS) {
                return new Declined<>(Reason.TOO_MANY, "", "the program has " + MOST_ITEMS + " items, the most");
            }
            Item stored = item.withVersion(nextVersion(handle, program));
            CatalogRows.write(handle, program, stored);
            audited(
                    handle,
                    owner,
                    "item.put",
                    "item:" + program + "/" + item.sku(),
                    old == null ? null : CatalogJson.write(old),
                    CatalogJson.write(stored));
            return new Applied<>(stored, old == null);
        });
    }

    private void audited(
            Handle handle,
            Program owner,
            String act,
            String object,
            @Nullable JsonObject before,
            @Nullable JsonObject after) {
        Audit.add(handle, actor, owner.issuer(), act, object, before, after);
    }

    private static int count(Handle handle, String table, String program) {
        return handle.createQuery("select count(*) from " + table + " where program = ?")
                .bind(0, program)
                .mapTo(Integer.class)
                .one();
    }

    /** The program with that id. */
    public Future<Optional<Program>> program(String id) {
        return database.call(handle -> program(handle, id));
    }

    /** The programs of one issuer with an id after {@code after} ("" for the first), by id, at most {@code most}. */
    public Future<List<Program>> programs(String issuer, String after, int most) {
        return database.call(handle -> CatalogRows.programs(
                handle,
                "where p.issuer = :issuer and p.id > :after order by p.id limit :most",
                Map.of("issuer", issuer, "after", after, "most", most)));
    }

    /** Everything of one program, of one moment. */
    public Future<Optional<Catalog>> catalog(String program) {
        return database.inSnapshot(handle -> program(handle, program)
                .map(found -> Catalog.of(
                        found, CatalogRows.cardTypes(handle, program, 0), CatalogRows.items(handle, program, 0))));
    }

    private static Optional<Program> program(Handle handle, String id) {
        return CatalogRows.programs(handle, "where p.id = :id", Map.of("id", id)).stream()
                .findFirst();
    }

    /** Runs a change with the program's row locked, so that versions are given out in the order in which they commit. */
    private <T> Future<CatalogChange<T>> changing(String id, BiFunction<Handle, Program, CatalogChange<T>> change) {
        return database.inTransaction(handle -> {
            handle.createQuery("select 1 from program where id = ? for no key update")
                    .bind(0, id)
                    .mapTo(Integer.class)
                    .list();
            Optional<Program> program = program(handle, id);
            return program.isPresent()
                    ? change.apply(handle, program.get())
                    : new Declined<>(Reason.PROGRAM_UNKNOWN, "", "there is no program " + id);
        });
    }

    /**
     * Begins a new epoch of a cell: what a gateway compiled for the one before is refused, once Redis is told. Part of the
     * caller's transaction.
     *
     * @param beyond an epoch that was seen elsewhere; the new one is later
     */
    public static long raiseEpoch(Handle handle, Cell cell, long beyond) {
        handle.createQuery("select 1 from program where id = ? for no key update")
                .bind(0, cell.program())
                .mapTo(Integer.class)
                .one();
        long epoch = handle.createQuery("update cell set epoch = greatest(epoch, :beyond) + 1"
                        + " where program = :program and index = :index returning epoch")
                .bind("beyond", beyond)
                .bind("program", cell.program())
                .bind("index", cell.index())
                .mapTo(Long.class)
                .one();
        handle.createUpdate("update program set version = :version, list_version = :list_version where id = :id")
                .bind("version", nextVersion(handle, cell.program()))
                .bind("list_version", nextListVersion(handle))
                .bind("id", cell.program())
                .execute();
        return epoch;
    }

    private static boolean insert(Handle handle, ProgramDraft draft) {
        handle.execute(
                "insert into issuer (id, name) values (?, ?) on conflict do nothing", draft.issuer(), draft.issuer());
        boolean made = bind(handle.createUpdate("""
                                        insert into program (id, issuer, name, zone, mode, assets, limits, list_version)
                                        values (:id, :issuer, :name, :zone, :mode, :assets, cast(:limits as jsonb), :list_version)
                                        on conflict do nothing
                                        """), draft)
                        .bind("list_version", nextListVersion(handle))
                        .execute()
                == 1;
        if (made) {
            handle.execute("insert into cell (program, index) values (?, 0)", draft.id());
        }
        return made;
    }

    private static @Nullable Declined<CardType> declined(Program program, @Nullable CardType old, CardType type) {
        if (old != null && old.faceValue() != type.faceValue()) {
            return new Declined<>(
                    Reason.FIELD_FIXED,
                    "/face_value",
                    type.faceValue() + " (expected: " + old.faceValue() + ", fixed)");
        }
        if (old != null && !old.asset().equals(type.asset())) {
            return new Declined<>(
                    Reason.FIELD_FIXED, "/asset", type.asset() + " (expected: " + old.asset() + ", fixed)");
        }
        return unknownAsset(program, "/asset", List.of(type.asset()));
    }

    private static @Nullable Declined<Item> declined(Program program, @Nullable Item old, Item item) {
        if (old != null && old.kind() != item.kind()) {
            return new Declined<>(
                    Reason.FIELD_FIXED,
                    "/kind",
                    item.kind().token() + " (expected: " + old.kind().token() + ", fixed)");
        }
        return unknownAsset(program, "/prices", item.prices().keySet());
    }

    private static <T> @Nullable Declined<T> unknownAsset(Program program, String pointer, Collection<String> assets) {
        for (String asset : assets) {
            if (!program.assets().contains(asset)) {
                return new Declined<>(
                        Reason.ASSET_UNKNOWN, pointer, asset + " (expected: one of " + program.assets() + ")");
            }
        }
        return null;
    }

    private static long nextVersion(Handle handle, String program) {
        return handle.createQuery(
                        "update program set catalog_version = catalog_version + 1 where id = ? returning catalog_version")
                .bind(0, program)
                .mapTo(Long.class)
                .one();
    }

    /** Locks the list's version until commit: versions are given out in the order in which they commit. */
    private static long nextListVersion(Handle handle) {
        return handle.createQuery("update version set value = value + 1 where name = 'programs' returning value")
                .mapTo(Long.class)
                .one();
    }

    private static Update bind(Update update, ProgramDraft draft) {
        return update.bind("id", draft.id())
                .bind("issuer", draft.issuer())
                .bind("name", draft.name())
                .bind("zone", draft.zone().getId())
                .bind("mode", draft.mode().token())
                .bindArray("assets", String.class, draft.assets())
                .bind("limits", CatalogJson.write(draft.limits()).encode());
    }
}
