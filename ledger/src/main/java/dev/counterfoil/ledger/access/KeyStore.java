package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The record of issuers, clients and keys, in PostgreSQL. A change of a key counts nowhere until it is published: {@link
 * KeyPublisher} does both. Futures fail with {@code DatabaseUnavailable} when PostgreSQL is away, with {@link InvalidField}
 * when a draft names what does not exist.
 */
public final class KeyStore {
    private static final String KEY = "select k.*, c.issuer from api_key k join client c on c.id = k.client ";

    private final Database database;
    private final SecureRandom random;

    public KeyStore(Database database, SecureRandom random) {
        this.database = database;
        this.random = random;
    }

    /** Makes an issuer, or gives it a new name. */
    public Future<Issuer> putIssuer(Issuer issuer) {
        return database.call(handle -> {
            handle.execute(
                    "insert into issuer (id, name) values (?, ?) on conflict (id) do update set name = excluded.name",
                    issuer.id(),
                    issuer.name());
            return issuer;
        });
    }

    /** Every issuer, by id. */
    public Future<List<Issuer>> issuers() {
        return database.call(handle -> handle.createQuery("select id, name from issuer order by id")
                .map((row, context) -> new Issuer(row.getString("id"), row.getString("name")))
                .list());
    }

    /** Makes a client of an issuer that exists. Two clients may have one name. */
    public Future<Client> createClient(String issuer, String name) {
        Client client = new Client(Client.PREFIX + KeyText.randomId(random), issuer, name);
        return database.call(handle -> {
            int made = handle.execute(
                    "insert into client (id, issuer, name) select ?, id, ? from issuer where id = ?",
                    client.id(),
                    name,
                    issuer);
            if (made == 0) {
                throw new InvalidField("/issuer", "\"" + issuer + "\" (expected: one that exists)");
            }
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
            Update insert = handle.createUpdate("""
                            insert into api_key (id, client, kind, hash, scopes, programs, name, expires_at, version, rate)
                            values (:id, :client, :kind, :hash, :scopes, :programs, :name, :expires_at, :version, :rate)
                            """)
                    .bind("id", text.id())
                    .bind("client", draft.client())
                    .bind("kind", draft.kind().token())
                    .bind("hash", text.sha256())
                    .bindArray(
                            "scopes",
                            String.class,
                            draft.scopes().stream().map(Scope::token).toList())
                    .bind("name", draft.name())
                    .bind("expires_at", draft.expiresAt())
                    .bind("version", nextVersion(handle))
                    .bind("rate", text(draft.rate()));
            Update bound = draft.programs() == null
                    ? insert.bindNull("programs", Types.ARRAY)
                    : insert.bindArray("programs", String.class, draft.programs());
            bound.execute();
            return new IssuedKey(
                    keys(handle, "where k.id = :id", Map.of("id", text.id()))
                            .get(0)
                            .key(),
                    text.reveal());
        });
    }

    /** Keys of an issuer with an id after {@code after} ("" for the first), by id, at most {@code most}; revoked ones too. */
    public Future<List<ApiKey>> list(String issuer, String after, int most) {
        return database.call(handle -> keys(
                        handle,
                        "where c.issuer = :issuer and k.id > :after order by k.id limit :most",
                        Map.of("issuer", issuer, "after", after, "most", most))
                .stream()
                .map(StoredKey::key)
                .toList());
    }

    /** Revokes a key for good; empty when there is none. The time of the first revocation stands. */
    public Future<Optional<ApiKey>> revoke(String id) {
        return database.inTransaction(handle -> {
            // Only a key that is not revoked yet takes a version, which holds the list's lock until commit.
            boolean due = handle.createQuery("select revoked_at is null from api_key where id = ? for update")
                    .bind(0, id)
                    .mapTo(Boolean.class)
                    .findOne()
                    .orElse(false);
            if (due) {
                handle.execute(
                        "update api_key set revoked_at = now(), version = ? where id = ?", nextVersion(handle), id);
            }
            return keys(handle, "where k.id = :id", Map.of("id", id)).stream()
                    .map(StoredKey::key)
                    .findFirst();
        });
    }

    /** Gives a key another rate, or with null that of the gateways' settings; empty when there is no such key. */
    public Future<Optional<ApiKey>> limit(String id, @Nullable Rate rate) {
        return database.inTransaction(handle -> {
            // Locked first: a key that does not exist takes no version.
            boolean known = handle.createQuery("select true from api_key where id = ? for update")
                    .bind(0, id)
                    .mapTo(Boolean.class)
                    .findOne()
                    .orElse(false);
            if (known) {
                handle.execute(
                        "update api_key set rate = ?, version = ? where id = ?", text(rate), nextVersion(handle), id);
            }
            return keys(handle, "where k.id = :id", Map.of("id", id)).stream()
                    .map(StoredKey::key)
                    .findFirst();
        });
    }

    private static @Nullable String text(@Nullable Rate rate) {
        return rate == null ? null : rate.toString();
    }

    /** Version of the list of keys. */
    static long version(Handle handle) {
        return handle.createQuery("select value from version where name = 'keys'")
                .mapTo(Long.class)
                .one();
    }

    static List<StoredKey> changedAfter(Handle handle, long version) {
        return keys(handle, "where k.version > :version", Map.of("version", version));
    }

    private static List<StoredKey> keys(Handle handle, String where, Map<String, ?> arguments) {
        return handle.createQuery(KEY + where)
                .bindMap(arguments)
                .map(KeyStore::read)
                .list();
    }

    private static void requireClient(Handle handle, KeyDraft draft) {
        String issuer = handle.createQuery("select issuer from client where id = ?")
                .bind(0, draft.client())
                .mapTo(String.class)
                .findOne()
                .orElseThrow(
                        () -> new InvalidField("/client", "\"" + draft.client() + "\" (expected: one that exists)"));
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

    /** Locks the list's version until commit: versions are given out in the order in which they commit. */
    private static long nextVersion(Handle handle) {
        return handle.createQuery("update version set value = value + 1 where name = 'keys' returning value")
                .mapTo(Long.class)
                .one();
    }

    private static StoredKey read(ResultSet row, StatementContext context) throws SQLException {
        Array programs = row.getArray("programs");
        ApiKey key = new ApiKey(
                row.getString("id"),
                row.getString("client"),
                row.getString("issuer"),
                KeyKind.of(row.getString("kind")),
                StoredKey.known(List.of((String[]) row.getArray("scopes").getArray())),
                programs == null ? null : Set.of((String[]) programs.getArray()),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "revoked_at"),
                row.getLong("version"),
                StoredKey.rate(row.getString("rate")));
        return new StoredKey(key, row.getBytes("hash"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
