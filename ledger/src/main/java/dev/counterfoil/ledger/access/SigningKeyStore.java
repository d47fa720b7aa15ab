package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.secrets.CodeCipher;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * The record of signing keys, in PostgreSQL, with a row in the audit for each change. A change counts nowhere until it is
 * published: {@link SigningKeyPublisher} does both. Futures fail with {@code DatabaseUnavailable} when PostgreSQL is away, with
 * {@link InvalidField} when a draft names what does not exist.
 */
public final class SigningKeyStore {
    private static final int SECRET_BYTES = 32;
    private static final String KEY = "select s.*, c.issuer from signing_key s join client c on c.id = s.client ";

    private final Database database;
    private final CodeCipher cipher;
    private final SecureRandom random;
    private final Actor actor;

    public SigningKeyStore(Database database, CodeCipher cipher, SecureRandom random) {
        this(database, cipher, random, Actor.SYSTEM);
    }

    private SigningKeyStore(Database database, CodeCipher cipher, SecureRandom random, Actor actor) {
        this.database = database;
        this.cipher = cipher;
        this.random = random;
        this.actor = actor;
    }

    /** The same, for {@code other}. */
    public SigningKeyStore as(Actor other) {
        return new SigningKeyStore(database, cipher, random, other);
    }

    /** Makes a key for a client that exists, and its secret where it is to be shared. */
    public Future<IssuedSigningKey> create(SigningKeyDraft draft) {
        String id = SigningKey.PREFIX + KeyText.randomId(random);
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        boolean shared = draft.algorithm().isShared();
        String publicKey = draft.publicKey();
        return database.inTransaction(handle -> {
            int made = handle.createUpdate("""
                            insert into signing_key (id, client, use, algorithm, public_key, sealed_secret, name, expires_at, version)
                            select :id, id, :use, :algorithm, :public_key, :sealed, :name, :expires_at, :version
                              from client where id = :client
                            """)
                    .bind("id", id)
                    .bind("client", draft.client())
                    .bind("use", draft.use().token())
                    .bind("algorithm", draft.algorithm().token())
                    .bind(
                            "public_key",
                            publicKey == null
                                    ? null
                                    : PublicKeyText.base64(PublicKeyText.parse(draft.algorithm(), publicKey)))
                    .bind("sealed", shared ? cipher.seal(StoredSigningKey.boundTo(id), secret) : null)
                    .bind("name", draft.name())
                    .bind("expires_at", draft.expiresAt())
                    .bind("version", nextVersion(handle))
                    .execute();
            if (made == 0) {
                throw new InvalidField("/client", "\"" + draft.client() + "\" (expected: a client that exists)");
            }
            SigningKey key =
                    find(handle, "where s.id = :id", Map.of("id", id)).get(0).key();
            audited(handle, "signing_key.create", null, key);
            return new IssuedSigningKey(
                    key, shared ? Base64.getUrlEncoder().withoutPadding().encodeToString(secret) : null);
        });
    }

    /** Signing keys of an issuer with an id after {@code after} ("" for the first), by id, at most {@code most}; revoked ones too. */
    public Future<List<SigningKey>> list(String issuer, String after, int most) {
        return database.call(handle -> find(
                        handle,
                        "where c.issuer = :issuer and s.id > :after order by s.id limit :most",
                        Map.of("issuer", issuer, "after", after, "most", most))
                .stream()
                .map(StoredSigningKey::key)
                .toList());
    }

    /** The key with that id. */
    public Future<Optional<SigningKey>> find(String id) {
        return database.call(handle -> find(handle, "where s.id = :id", Map.of("id", id)).stream()
                .map(StoredSigningKey::key)
                .findFirst());
    }

    /** Revokes a key for good; empty when there is none. The time of the first revocation stands. */
    public Future<Optional<SigningKey>> revoke(String id) {
        return database.inTransaction(handle -> {
            Optional<StoredSigningKey> before =
                    find(handle, "where s.id = :id for update of s", Map.of("id", id)).stream()
                            .findFirst();
            if (before.isEmpty() || before.get().key().revokedAt() != null) {
                return before.map(StoredSigningKey::key);
            }
            handle.execute(
                    "update signing_key set revoked_at = now(), version = ? where id = ?", nextVersion(handle), id);
            SigningKey after =
                    find(handle, "where s.id = :id", Map.of("id", id)).get(0).key();
            audited(handle, "signing_key.revoke", before.get().key(), after);
            return Optional.of(after);
        });
    }

    private void audited(Handle handle, String act, @Nullable SigningKey before, SigningKey after) {
        Audit.add(
                handle,
                actor,
                after.issuer(),
                act,
                "signing_key:" + after.id(),
                before == null ? null : SigningKeyJson.write(before),
                SigningKeyJson.write(after));
    }

    /** Version of the list of signing keys. */
    static long version(Handle handle) {
        return handle.createQuery("select value from version where name = 'signing_keys'")
                .mapTo(Long.class)
                .one();
    }

    static List<StoredSigningKey> find(Handle handle, String condition, Map<String, ?> arguments) {
        return handle.createQuery(KEY + condition)
                .bindMap(arguments)
                .map(SigningKeyStore::read)
                .list();
    }

    /** Locks the list's version until commit: versions are given out in the order in which they commit. */
    private static long nextVersion(Handle handle) {
        return handle.createQuery("update version set value = value + 1 where name = 'signing_keys' returning value")
                .mapTo(Long.class)
                .one();
    }

    private static StoredSigningKey read(ResultSet row, StatementContext context) throws SQLException {
        SigningAlgorithm algorithm = SigningAlgorithm.of(row.getString("algorithm"));
        String publicKey = row.getString("public_key");
        SigningKey key = new SigningKey(
                row.getString("id"),
                row.getString("client"),
                row.getString("issuer"),
                SigningUse.of(row.getString("use")),
                algorithm,
                publicKey == null ? null : PublicKeyText.pem(PublicKeyText.decode(algorithm, publicKey)),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                KeyRows.instant(row, "expires_at"),
                KeyRows.instant(row, "revoked_at"),
                row.getLong("version"));
        return new StoredSigningKey(key, row.getString("sealed_secret"));
    }
}
