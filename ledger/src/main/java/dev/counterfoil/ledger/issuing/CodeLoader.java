package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import dev.counterfoil.ledger.secrets.RequestHash;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Loads digital codes into an item's pool. The codes are sealed and written to PostgreSQL first, where one code of an item
 * can stand only once whatever request brought it; then they are posted to the pool, in steps that a retry repeats under
 * the same keys. A code that stands there already is left out and reported. Thread-safe.
 */
public final class CodeLoader {
    /** Codes in one request. */
    public static final int MOST_CODES = 10_000;

    private static final int STEP = 500;

    private final Database database;
    private final Ledger ledger;
    private final CodeCipher cipher;
    private final RequestHash hash;
    private final SecureRandom random;

    public CodeLoader(Database database, Ledger ledger, CodeCipher cipher, RequestHash hash, SecureRandom random) {
        this.database = database;
        this.ledger = ledger;
        this.cipher = cipher;
        this.hash = hash;
        this.random = random;
    }

    /** What became of the request. */
    public sealed interface Result {}

    /**
     * @param loaded codes that this request brought into the pool, now or when it was sent first
     * @param duplicates lines, from 1, whose code stands in the item's pool already or earlier in the request
     * @param replayed whether an earlier request under the same key had done it all
     */
    public record Loaded(int loaded, List<Integer> duplicates, boolean replayed) implements Result {}

    /** The key belongs to another request. */
    public record KeyReused() implements Result {}

    /** Sealed and staged, or found staged by an earlier try of this same load. */
    private record Staged(List<String> entries, List<Integer> duplicates) {}

    /**
     * @param codes 1..{@value #MOST_CODES}, in the order of their lines
     * @param key its fingerprint covers the codes
     */
    public Future<Result> load(Cell cell, String sku, List<DigitalCode> codes, IdempotencyKey key) {
        Amounts.within("codes", codes.size(), 1, MOST_CODES);
        IdempotencyKey first = step(key, 0);
        return ledger.recorded(cell, first.record(), first.fingerprint()).compose(recorded -> {
            if (recorded.outcome().filter(CodeLoader::reused).isPresent()) {
                return Future.succeededFuture(new KeyReused());
            }
            return database.inTransaction(handle -> stage(handle, cell, sku, codes, key.recordText()))
                    .compose(staged -> pour(cell, sku, staged, key, 0, true));
        });
    }

    private Staged stage(Handle handle, Cell cell, String sku, List<DigitalCode> codes, String load) {
        List<String> hashes = new ArrayList<>(codes.size());
        Set<String> met = new HashSet<>();
        PreparedBatch batch = handle.prepareBatch("""
                insert into code (id, program, sku, hash, sealed, expires_at, load)
                values (:id, :program, :sku, :hash, :sealed, cast(:expiresAt as timestamptz), :load)
                on conflict (program, sku, hash) do nothing
                """);
        for (DigitalCode code : codes) {
            byte[] digest = cipher.duplicateHash(cell.program(), sku, code.code());
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
            hashes.add(text);
            if (met.add(text)) {
                String id = newId();
                batch.bind("id", id)
                        .bind("program", cell.program())
                        .bind("sku", sku)
                        .bind("hash", digest)
                        .bind("sealed", cipher.seal(cell.program(), sku, id, code))
                        .bind("expiresAt", code.expiresAt())
                        .bind("load", load)
                        .add();
            }
        }
        var unused = batch.execute();
        return order(hashes, ofLoad(handle, cell, sku, load));
    }

    /** In the order of the lines; what is not of this load, or stands on an earlier line, is a duplicate. */
    private static Staged order(List<String> hashes, Map<String, String> ofLoad) {
        List<String> entries = new ArrayList<>();
        List<Integer> duplicates = new ArrayList<>();
        for (int i = 0; i < hashes.size(); i++) {
            String entry = ofLoad.remove(hashes.get(i));
            if (entry == null) {
                duplicates.add(i + 1);
            } else {
                entries.add(entry);
            }
        }
        return new Staged(entries, duplicates);
    }

    private static Map<String, String> ofLoad(Handle handle, Cell cell, String sku, String load) {
        Map<String, String> entries = new HashMap<>();
        handle.createQuery("select hash, id, sealed from code where program = ? and sku = ? and load = ?")
                .bind(0, cell.program())
                .bind(1, sku)
                .bind(2, load)
                .map((row, context) -> Map.entry(
                        Base64.getUrlEncoder().withoutPadding().encodeToString(row.getBytes("hash")),
                        row.getString("id") + ":" + row.getString("sealed")))
                .forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        return entries;
    }

    private Future<Result> pour(Cell cell, String sku, Staged staged, IdempotencyKey key, int from, boolean replayed) {
        int to = Math.min(staged.entries().size(), from + STEP);
        if (from == to) {
            return Future.succeededFuture(
                    new Loaded(staged.entries().size(), staged.duplicates(), replayed && from > 0));
        }
        List<String> codes = staged.entries().subList(from, to);
        Transaction transaction = new Transaction(
                cell,
                TransactionType.STOCKING,
                step(key, from),
                "",
                null,
                List.of(new Leg.CodesAddLeg(sku, codes)),
                new JsonObject().put("item", sku).put("load", key.recordText()).put("count", codes.size()));
        return ledger.post(transaction).compose(outcome -> {
            if (outcome instanceof Posted) {
                return pour(cell, sku, staged, key, to, replayed && outcome.replayed());
            }
            return reused(outcome)
                    ? Future.succeededFuture(new KeyReused())
                    : Future.failedFuture(
                            new LedgerFault.Overloaded("codes cannot be loaded now: " + ((Refused) outcome).reason()));
        });
    }

    private static boolean reused(Outcome outcome) {
        return outcome instanceof Refused && ((Refused) outcome).reason() == Refusal.IDEMPOTENCY_KEY_REUSED;
    }

    private IdempotencyKey step(IdempotencyKey key, int from) {
        String step = key.recordText() + ":codes:" + from;
        return new IdempotencyKey(key.client(), hash.idempotency(key.client(), null, step), key.fingerprint());
    }

    private String newId() {
        byte[] raw = new byte[12];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }
}
