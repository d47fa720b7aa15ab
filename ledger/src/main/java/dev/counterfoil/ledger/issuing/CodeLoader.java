package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import dev.counterfoil.ledger.secrets.RequestHash;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
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
    private final SettledUpTo settled;

    public CodeLoader(
            SettledUpTo settled,
            Database database,
            Ledger ledger,
            CodeCipher cipher,
            RequestHash hash,
            SecureRandom random) {
        this.settled = settled;
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
     * @param duplicates lines, from 1, whose code came with another request, or stands earlier in this one
     * @param pending lines whose code another request staged and did not finish: that request has to be sent again
     * @param replayed whether an earlier request under the same key had done it all
     * @param durability the level that all of it has reached, of those that were asked for
     */
    public record Loaded(
            int loaded, List<Integer> duplicates, List<Integer> pending, boolean replayed, Durability durability)
            implements Result {}

    /** The key belongs to another request. */
    public record KeyReused() implements Result {}

    /** A code as it stands in PostgreSQL. */
    private record Row(String entry, String load, boolean staged) {}

    /** The codes of this load in the order of their lines, whatever became of them, and the lines that are not of it. */
    private record Staged(List<Row> rows, List<Integer> duplicates, List<Integer> pending, boolean resumed) {}

    /**
     * @param codes 1..{@value #MOST_CODES}, in the order of their lines
     * @param key its fingerprint covers the codes
     */
    public Future<Result> load(Cell cell, String sku, List<DigitalCode> codes, IdempotencyKey key) {
        return load(cell, sku, codes, key, Actor.SYSTEM);
    }

    /** The same for {@code actor}. */
    public Future<Result> load(Cell cell, String sku, List<DigitalCode> codes, IdempotencyKey key, Actor actor) {
        Amounts.within("codes", codes.size(), 1, MOST_CODES);
        return ledger.recorded(cell, key.record(), key.fingerprint()).compose(recorded -> {
            if (recorded.outcome().filter(CodeLoader::reused).isPresent()) {
                return Future.succeededFuture(new KeyReused());
            }
            return database.inTransaction(handle -> stage(handle, cell, sku, codes, key.recordText(), actor))
                    .compose(staged -> staged.resumed()
                            ? settled(cell, sku, codes, key, recorded.sequence(), actor)
                            : Future.succeededFuture(staged))
                    .compose(staged -> pour(cell, sku, staged, key, 0, true, Durability.DURABLE.or(key.asked())));
        });
    }

    /** What an earlier try posted is no longer staged once it is settled; the records of its steps may have lapsed. */
    private Future<Staged> settled(
            Cell cell, String sku, List<DigitalCode> codes, IdempotencyKey key, long sequence, Actor actor) {
        return settled.await(cell, sequence)
                .compose(done ->
                        database.inTransaction(handle -> stage(handle, cell, sku, codes, key.recordText(), actor)));
    }

    private Staged stage(Handle handle, Cell cell, String sku, List<DigitalCode> codes, String load, Actor actor) {
        boolean resumed = handle.createQuery("select exists (select 1 from code where load = ? and state = 'staged')")
                .bind(0, load)
                .mapTo(Boolean.class)
                .one();
        List<String> hashes = new ArrayList<>(codes.size());
        Set<String> met = new HashSet<>();
        PreparedBatch batch = handle.prepareBatch("""
                insert into code (id, program, sku, hash, sealed, expires_at, load)
                values (:id, :program, :sku, :hash, :sealed, cast(:expiresAt as timestamptz), :load)
                on conflict (program, sku, hash) do nothing
                """);
        for (DigitalCode code : codes) {
            byte[] digest = cipher.duplicateHash(cell.program(), sku, code.code());
            String text = HexFormat.of().formatHex(digest);
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
        int added =
                Arrays.stream(batch.execute()).map(count -> Math.max(count, 0)).sum();
        if (added > 0) {
            JsonObject after = new JsonObject().put("codes", added);
            Audit.ofProgram(
                    handle, actor, cell.program(), "codes.load", "item:" + cell.program() + "/" + sku, null, after);
        }
        return order(hashes, rows(handle, cell, sku, hashes), load, resumed);
    }

    private static Staged order(List<String> hashes, Map<String, Row> rows, String load, boolean resumed) {
        List<Row> ofLoad = new ArrayList<>();
        List<Integer> duplicates = new ArrayList<>();
        List<Integer> pending = new ArrayList<>();
        for (int i = 0; i < hashes.size(); i++) {
            Row row = rows.remove(hashes.get(i));
            if (row != null && row.load().equals(load)) {
                ofLoad.add(row);
            } else if (row != null && row.staged()) {
                pending.add(i + 1);
            } else {
                duplicates.add(i + 1);
            }
        }
        return new Staged(ofLoad, duplicates, pending, resumed);
    }

    private static Map<String, Row> rows(Handle handle, Cell cell, String sku, List<String> hashes) {
        Map<String, Row> rows = new HashMap<>();
        handle.createQuery("""
                        select hash, id, sealed, load, state from code
                         where program = :program and sku = :sku
                           and hash in (select decode(hex, 'hex') from unnest(:hashes) as hex)
                        """)
                .bind("program", cell.program())
                .bind("sku", sku)
                .bindArray("hashes", String.class, hashes)
                .map((row, context) -> Map.entry(
                        HexFormat.of().formatHex(row.getBytes("hash")),
                        new Row(
                                row.getString("id") + ":" + row.getString("sealed"),
                                row.getString("load"),
                                row.getString("state").equals("staged"))))
                .forEach(entry -> rows.put(entry.getKey(), entry.getValue()));
        return rows;
    }

    /** The steps have the same bounds in every try. A step is posted whole or not at all, so its first code tells. */
    private Future<Result> pour(
            Cell cell, String sku, Staged staged, IdempotencyKey key, int from, boolean replayed, Durability reached) {
        int to = Math.min(staged.rows().size(), from + STEP);
        if (from == to) {
            return Future.succeededFuture(new Loaded(
                    staged.rows().size(), staged.duplicates(), staged.pending(), replayed && from > 0, reached));
        } else if (!staged.rows().get(from).staged()) {
            return pour(cell, sku, staged, key, to, replayed, reached);
        }
        List<String> codes =
                staged.rows().subList(from, to).stream().map(Row::entry).toList();
        Transaction transaction = new Transaction(
                cell,
                TransactionType.STOCKING,
                step(key, from),
                "",
                null,
                List.of(new CodesAddLeg(sku, codes)),
                new JsonObject().put("item", sku).put("load", key.recordText()).put("count", codes.size()));
        return ledger.post(transaction)
                .recover(fault -> Future.failedFuture(from == 0 ? fault : halfway(fault)))
                .compose(outcome -> {
                    if (outcome instanceof Posted) {
                        Durability posted = ((Posted) outcome).transaction().durability();
                        boolean again = replayed && outcome.replayed();
                        return pour(cell, sku, staged, key, to, again, reached.and(posted));
                    }
                    return reused(outcome)
                            ? Future.succeededFuture(new KeyReused())
                            : Future.failedFuture(new LedgerFault.Overloaded(
                                    "codes cannot be loaded now: " + ((Refused) outcome).reason()));
                });
    }

    /** Some steps are posted, so no fault may promise that nothing was; the same request goes on from there. */
    private static Throwable halfway(Throwable fault) {
        return fault instanceof LedgerFault
                ? new LedgerFault.OutcomeUnknown(String.valueOf(fault.getMessage()))
                : fault;
    }

    private static boolean reused(Outcome outcome) {
        return outcome instanceof Refused && ((Refused) outcome).reason() == Refusal.IDEMPOTENCY_KEY_REUSED;
    }

    /** The first step is posted under the caller's own key, which so is used up for everything else. */
    private IdempotencyKey step(IdempotencyKey key, int from) {
        if (from == 0) {
            return key;
        }
        String step = key.recordText() + ":codes:" + from;
        return new IdempotencyKey(
                key.client(), hash.idempotency(key.client(), null, step), key.fingerprint(), key.asked());
    }

    private String newId() {
        byte[] raw = new byte[12];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }
}
