package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The record of issuers, clients and keys, in PostgreSQL, with a row in the audit for each change. A change of a key counts
 * nowhere until it is published: {@link KeyPublisher} does both. Futures fail with {@code DatabaseUnavailable} when PostgreSQL
 * is away, with {@link InvalidField} when a draft names what does not exist.
 */
public final class KeyStore {
    private final Database database;
    private final SecureRandom random;
    private final Actor actor;

    public KeyStore(Database database, SecureRandom random) {
        this(database, random, Actor.SYSTEM);
    }

    private KeyStore(Database database, SecureRandom random, Actor actor) {
        this.database = database;
        this.random = random;
        this.actor = actor;
    }

    /** The same, for {@code other}. */
    public KeyStore as(Actor other) {
        return new KeyStore(database, random, other);
    }

    /** Makes an issuer, or gives it a new name. */
    public Future<Issuer> putIssuer(Issuer issuer) {
        return database.inTransaction(handle -> {
            Optional<Issuer> old =
                    issuers(handle, "where id = ?", issuer.id()).stream().findFirst();
            if (old.isEmpty() || !old.get().equals(issuer)) {
                handle.execute(
                        "insert into issuer (id, name) values (?, ?) on conflict (id) do update set name = excluded.name",
                        issuer.id(),
                        issuer.name());
                Audit.add(
                        handle,
                        actor,
                        issuer.id(),
                        "issuer.put",
                        "issuer:" + issuer.id(),
                        old.map(KeyStore::json).orElse(null),
                        json(issuer));
            }
            return issuer;
        });
    }

    /** Every issuer, by id. */
    public Future<List<Issuer>> issuers() {
        return database.call(handle -> issuers(handle, "order by id"));
    }

    private static List<Issuer> issuers(Handle handle, String condition, Object... arguments) {
        var query = handle.createQuery("select id, name from issuer " + condition);
        for (int i = 0; i < arguments.length; i++) {
            query.bind(i, arguments[i]);
        }
        return query.map((row, context) -> new Issuer(row.getString("id"), row.getString("name")))
                .list();
    }

    /** Makes a client of an issuer that exists. Two clients may have one name. */
    public Future<Client> createClient(String issuer, String name) {
        Client client = new Client(Client.PREFIX + KeyText.randomId(random), issuer, name);
        return database.inTransaction(handle -> {
            int made = handle.execute(
                    "insert into client (id, issuer, name) select ?, id, ? from issuer where id = ?",
                    client.id(),
                    name,
                    issuer);
            if (made == 0) {
                throw new InvalidField("/issuer", "\"" + issuer + "\" (expected: one that exists)");
            }
            JsonObject after = new JsonObject()
                    .put("id", client.id())
                    .put("issuer", issuer)
                    .put("name", name);
            Audit.add(handle, actor, issuer, "client.create", "client:" + client.id(), null, after);
            return client;
        });
    }

    /** The clients of an issuer with an id after {@code after} ("" for the first), by id, at most {@code most}. */
    public Future<List<Client>> clients(String issuer, String after, int most) {
        return database.call(handle -> handle.createQuery(
                        "select id, issuer, name from client where issuer = ? and id > ? order by id limit ?")
                .bind(0, issuer)
                .bind(1, after)
                .bind(2, most)
                .map((row, context) -> new Client(row.getString("id"), row.getString("issuer"), row.getString("name")))
                .list());
    }

    /** Whose client that is; empty when there is none. */
    public Future<Optional<String>> issuerOf(String client) {
        return database.call(handle -> handle.createQuery("select issuer from client where id = ?")
                .bind(0, client)
                .mapTo(String.class)
                .findOne());
    }

    /** Makes a key for a client that exists; its programs have to be of the client's issuer. */
    public Future<IssuedKey> create(KeyDraft draft) {
        return create(draft, null);
    }

    /** @param lineage see {@link ApiKey#lineage}; null: its own */
    Future<IssuedKey> create(KeyDraft draft, @Nullable String lineage) {
        KeyText text = KeyText.make(draft.kind(), random);
        return database.inTransaction(handle -> {
            requireClient(handle, draft);
            KeyRows.insert(handle, text, draft, lineage);
            ApiKey made = KeyRows.find(handle, text.id()).orElseThrow();
            audited(handle, "key.create", null, made);
            return new IssuedKey(made, text.reveal());
        });
    }

    /** A key and when it was last used, to about {@link KeyUses#FLUSH}; null: never, as far as is known. */
    public record Listed(ApiKey key, @Nullable Instant lastUsedAt) {}

    /** Keys of an issuer with an id after {@code after} ("" for the first), by id, at most {@code most}; revoked ones too. */
    public Future<List<Listed>> list(String issuer, String after, int most) {
        return database.call(handle -> listed(
                handle,
                "where c.issuer = :issuer and k.id > :after order by k.id limit :most",
                query -> query.bind("issuer", issuer).bind("after", after).bind("most", most)));
    }

    /** The same, of those that {@code overseer} {@linkplain ApiKey#oversees oversees}. */
    public Future<List<Listed>> list(ApiKey overseer, String after, int most) {
        Set<String> programs = overseer.programs();
        return programs == null
                ? list(overseer.issuer(), after, most)
                : database.call(handle -> listed(
                        handle,
                        """
                        where c.issuer = :issuer and k.id > :after and k.programs <@ :programs
                        order by k.id limit :most
                        """,
                        query -> query.bind("issuer", overseer.issuer())
                                .bind("after", after)
                                .bind("most", most)
                                .bindArray("programs", String.class, programs)));
    }

    /** The key with that id. */
    public Future<Optional<Listed>> find(String id) {
        return database.call(handle -> listed(handle, "where k.id = :id", query -> query.bind("id", id)).stream()
                .findFirst());
    }

    private static List<Listed> listed(Handle handle, String condition, UnaryOperator<Query> arguments) {
        List<ApiKey> keys = KeyRows.find(handle, condition, arguments).stream()
                .map(StoredKey::key)
                .toList();
        Map<String, Instant> used =
                KeyRows.lastUsed(handle, keys.stream().map(ApiKey::id).toList());
        return keys.stream().map(key -> new Listed(key, used.get(key.id()))).toList();
    }

    /** Ids of the keys that were revoked after {@code version} of the list. */
    Future<Set<String>> revokedAfter(long version) {
        return database.call(
                handle -> handle.createQuery("select id from api_key where version > ? and revoked_at is not null")
                        .bind(0, version)
                        .mapTo(String.class)
                        .set());
    }

    /** Revokes a key for good as of {@code at}; empty when there is none. The time of the first revocation stands. */
    public Future<Optional<ApiKey>> revoke(String id, Instant at) {
        return change(id, "key.revoke", key -> key.revoked(at));
    }

    /** Changes what {@code patch} names; empty when there is no such key. */
    public Future<Optional<ApiKey>> patch(String id, KeyPatch patch) {
        return change(id, "key.change", patch::onto);
    }

    /**
     * Makes a key that follows another: of the same client, which so keeps its idempotency keys, with the same scopes, programs
     * and terms. The old one ends after the overlap. Empty when there is no such key; {@link InvalidField} where it has ended.
     */
    public Future<Optional<Rotation.Rotated>> rotate(String id, Rotation rotation, Instant now) {
        return database.inTransaction(handle -> KeyRows.lock(handle, id).map(old -> {
            if (!old.isValidAt(now)) {
                throw new InvalidField("", "the key is revoked or expired (expected: a valid key; make a new one)");
            }
            KeyText text = KeyText.make(old.kind(), random);
            KeyDraft draft = new KeyDraft(
                    old.client(),
                    old.kind(),
                    old.scopes(),
                    old.programs(),
                    old.name(),
                    rotation.expiresAt() == null ? old.expiresAt() : rotation.expiresAt(),
                    old.terms());
            KeyRows.insert(handle, text, draft, old.lineage());
            ApiKey successor = KeyRows.find(handle, text.id()).orElseThrow();
            audited(handle, "key.create", null, successor);
            KeyRows.update(handle, old.endingAt(now.plus(rotation.overlap())));
            ApiKey ending = KeyRows.find(handle, id).orElseThrow();
            audited(handle, "key.rotate", old, ending);
            return new Rotation.Rotated(new IssuedKey(successor, text.reveal()), ending);
        }));
    }

    /** A key that stays as it was takes no version, which would hold the list's lock until commit. */
    private Future<Optional<ApiKey>> change(String id, String act, UnaryOperator<ApiKey> change) {
        return database.inTransaction(handle -> KeyRows.lock(handle, id).map(before -> {
            ApiKey wanted = change.apply(before);
            if (wanted.equals(before)) {
                return before;
            }
            KeyRows.update(handle, wanted);
            ApiKey after = KeyRows.find(handle, id).orElseThrow();
            audited(handle, act, before, after);
            return after;
        }));
    }

    private void audited(Handle handle, String act, @Nullable ApiKey before, ApiKey after) {
        Audit.add(
                handle,
                actor,
                after.issuer(),
                act,
                "key:" + after.id(),
                before == null ? null : KeyJson.write(before),
                KeyJson.write(after));
    }

    private static JsonObject json(Issuer issuer) {
        return new JsonObject().put("id", issuer.id()).put("name", issuer.name());
    }

    private static void requireClient(Handle handle, KeyDraft draft) {
        String issuer = handle.createQuery("select issuer from client where id = ?")
                .bind(0, draft.client())
                .mapTo(String.class)
                .findOne()
                .orElseThrow(() ->
                        new InvalidField("/client", "\"" + draft.client() + "\" (expected: a client that exists)"));
        for (String program : draft.programs() == null ? Set.<String>of() : draft.programs()) {
            boolean owned = handle.createQuery("select count(*) > 0 from program where id = ? and issuer = ?")
                    .bind(0, program)
                    .bind(1, issuer)
                    .mapTo(Boolean.class)
                    .one();
            if (!owned) {
                throw new InvalidField("/programs", "\"" + program + "\" (expected: programs of " + issuer + ")");
            }
        }
    }
}
