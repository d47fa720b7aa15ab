package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonObject;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Rows of {@code api_key}. */
final class KeyRows {
    private static final String KEY = "select k.*, c.issuer from api_key k join client c on c.id = k.client ";

    private KeyRows() {}

    static List<StoredKey> find(Handle handle, String condition, UnaryOperator<Query> arguments) {
        return arguments
                .apply(handle.createQuery(KEY + condition))
                .map(KeyRows::read)
                .list();
    }

    static Optional<ApiKey> find(Handle handle, String id) {
        return find(handle, "where k.id = :id", query -> query.bind("id", id)).stream()
                .map(StoredKey::key)
                .findFirst();
    }

    /** When keys were last used, by id; those that were, as far as is known. */
    static Map<String, Instant> lastUsed(Handle handle, Collection<String> ids) {
        Map<String, Instant> used = new HashMap<>();
        handle.createQuery("select id, last_used_at from api_key where id = any(:ids) and last_used_at is not null")
                .bindArray("ids", String.class, ids)
                .map((row, context) -> Map.entry(
                        row.getString("id"),
                        row.getObject("last_used_at", OffsetDateTime.class).toInstant()))
                .forEach(entry -> used.put(entry.getKey(), entry.getValue()));
        return used;
    }

    /** Locks the key until commit. */
    static Optional<ApiKey> lock(Handle handle, String id) {
        return find(handle, "where k.id = :id for update of k", query -> query.bind("id", id)).stream()
                .map(StoredKey::key)
                .findFirst();
    }

    /** A new key, with the next version of the list. */
    static void insert(Handle handle, KeyText text, KeyDraft draft, @Nullable String lineage) {
        Update insert = handle.createUpdate("""
                        insert into api_key (id, client, kind, hash, scopes, programs, name, expires_at, version, lineage, rate,
                                             addresses, allowed_origins, ceilings, require_signature)
                        values (:id, :client, :kind, :hash, :scopes, :programs, :name, :expires_at, :version, :lineage, :rate,
                                :addresses, :allowed_origins, cast(:ceilings as jsonb), :require_signature)
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
                .bind("lineage", lineage);
        int made =
                array(bind(insert, draft.terms()), "programs", draft.programs()).execute();
    }

    /** Writes what of a key may change, with the next version of the list. */
    static void update(Handle handle, ApiKey key) {
        Update update = handle.createUpdate("""
                        update api_key
                           set name = :name, expires_at = :expires_at, revoked_at = :revoked_at, version = :version, rate = :rate,
                               addresses = :addresses, allowed_origins = :allowed_origins, ceilings = cast(:ceilings as jsonb),
                               require_signature = :require_signature
                         where id = :id
                        """)
                .bind("id", key.id())
                .bind("name", key.name())
                .bind("expires_at", key.expiresAt())
                .bind("revoked_at", key.revokedAt())
                .bind("version", nextVersion(handle));
        int changed = bind(update, key.terms()).execute();
    }

    private static Update bind(Update update, KeyTerms terms) {
        Rate rate = terms.rate();
        Update bound = update.bind("rate", rate == null ? null : rate.toString())
                .bind(
                        "ceilings",
                        terms.ceilings().equals(Ceilings.NONE)
                                ? null
                                : KeyJson.write(terms.ceilings()).encode())
                .bind("require_signature", terms.requireSignature());
        List<String> addresses =
                terms.addresses().stream().map(AddressRange::toString).toList();
        return array(
                array(bound, "addresses", addresses.isEmpty() ? null : addresses),
                "allowed_origins",
                terms.allowedOrigins().isEmpty() ? null : terms.allowedOrigins());
    }

    private static Update array(Update update, String name, @Nullable Collection<String> texts) {
        return texts == null ? update.bindNull(name, Types.ARRAY) : update.bindArray(name, String.class, texts);
    }

    /** Version of the list of keys. */
    static long version(Handle handle) {
        return handle.createQuery("select value from version where name = 'keys'")
                .mapTo(Long.class)
                .one();
    }

    /** Locks the list's version until commit: versions are given out in the order in which they commit. */
    private static long nextVersion(Handle handle) {
        return handle.createQuery("update version set value = value + 1 where name = 'keys' returning value")
                .mapTo(Long.class)
                .one();
    }

    private static StoredKey read(ResultSet row, StatementContext context) throws SQLException {
        List<String> programs = texts(row, "programs");
        String ceilings = row.getString("ceilings");
        String lineage = row.getString("lineage");
        KeyTerms terms = new KeyTerms(
                KeyJson.rate(row.getString("rate")),
                KeyJson.ceilings(ceilings == null ? null : new JsonObject(ceilings)),
                KeyTerms.addresses(texts(row, "addresses")),
                texts(row, "allowed_origins"),
                row.getBoolean("require_signature"));
        ApiKey key = new ApiKey(
                row.getString("id"),
                row.getString("client"),
                row.getString("issuer"),
                KeyKind.of(row.getString("kind")),
                KeyJson.known(texts(row, "scopes")),
                row.getArray("programs") == null ? null : Set.copyOf(programs),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "revoked_at"),
                row.getLong("version"),
                lineage == null ? row.getString("id") : lineage,
                terms);
        return new StoredKey(key, row.getBytes("hash"));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
