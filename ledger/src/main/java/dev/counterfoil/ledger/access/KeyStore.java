package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
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

    /** The clients of an issuer, oldest first. */
    public Future<List<Client>> clients(String issuer) {
        return database.call(handle -> handle.createQuery(
                        "select id, issuer, name from client where issuer = ? order by created_at, id")
                .bind(0, issuer)
                .map((row, context) -> new Client(row.getString("id"), row.getString("issuer"), row.getString("name")))
                .list());
    }

    /** Makes a key for a client that exists; its programs have to be of the client's issuer. */
    public Future<IssuedKey> create(KeyDraft draft) {
        KeyText text = KeyText.make(draft.kind(), random);
        return database.inTransaction(handle -> {
            requireClient(handle, draft);
            KeyRows.insert(handle, text, draft, null);
            ApiKey made = KeyRows.find(handle, text.id()).orElseThrow();
            audited(handle, "key.create", null, made);
            return new IssuedKey(made, text.reveal());
        });
    }

    /** Keys of an issuer with an id after {@code after} ("" for the first), by id, at most {@code most}; revoked ones too. */
    public Future<List<ApiKey>> list(String issuer, String after, int most) {
        return database.call(handle -> KeyRows.find(
                        handle,
                        "where c.issuer = :issuer and k.id > :after order by k.id limit :most",
                        Map.of("issuer", issuer, "after", after, "most", most))
                .stream()
                .map(StoredKey::key)
                .toList());
    }

    /** Revokes a key for good; empty when there is none. The time of the first revocation stands. */
    public Future<Optional<ApiKey>> revoke(String id) {
        return change(id, "key.revoke", (handle, key) -> key.revoked(now(handle)));
    }

    /** Gives a key another rate, or with null that of the gateways' settings; empty when there is no such key. */
    public Future<Optional<ApiKey>> limit(String id, @Nullable Rate rate) {
        return change(id, "key.change", (handle, key) -> key.on(key.terms().withRate(rate)));
    }

    /** A key that stays as it was takes no version, which would hold the list's lock until commit. */
    private Future<Optional<ApiKey>> change(String id, String act, BiFunction<Handle, ApiKey, ApiKey> change) {
        return database.inTransaction(handle -> KeyRows.lock(handle, id).map(before -> {
            ApiKey wanted = change.apply(handle, before);
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

    private static Instant now(Handle handle) {
        return handle.createQuery("select now()")
                .map((row, context) ->
                        row.getObject(1, java.time.OffsetDateTime.class).toInstant())
                .one();
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
