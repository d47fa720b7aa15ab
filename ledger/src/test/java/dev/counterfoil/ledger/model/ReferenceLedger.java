package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.model.Stored.Answered;
import dev.counterfoil.ledger.model.Stored.StoredCard;
import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one cell as the contract describes it: in memory, one transaction at a time, each its own journal entry.
 * What it takes for right is the documentation of {@link Ledger}, {@link Leg}, {@link Refusal} and the header of post.lua.
 */
public final class ReferenceLedger implements Ledger {
    private static final Pattern REQUEST_ID = Pattern.compile("[0-9A-Za-z]*");

    private final ReferenceCell cell;
    private final LedgerLimits limits;
    private final ControlledClock clock;
    private long floor;

    ReferenceLedger(ReferenceCell cell, LedgerLimits limits, ControlledClock clock) {
        this.cell = cell;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public Future<Outcome> post(Transaction transaction) {
        return answered(transaction, this::answer);
    }

    @Override
    public Future<Outcome> preview(Transaction transaction) {
        return answered(transaction, this::previewed);
    }

    @Override
    public Future<Outcome> look(Transaction transaction) {
        return answered(
                new Transaction(
                        transaction.cell(),
                        transaction.type(),
                        transaction.key(),
                        transaction.requestId(),
                        transaction.catalogVersion(),
                        transaction.legs().subList(0, 1),
                        transaction.request()),
                this::looked);
    }

    private Future<Outcome> answered(Transaction transaction, Function<Transaction, Outcome> answer) {
        Set<String> keys = new HashSet<>();
        for (Leg leg : transaction.legs()) {
            for (String key : LegKinds.of(leg).keysOf(leg)) {
                if (!keys.add(key)) {
                    throw new IllegalArgumentException("legs: two touch " + key);
                }
            }
        }
        synchronized (cell) {
            try {
                return Future.succeededFuture(answer.apply(transaction));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    private Outcome answer(Transaction transaction) {
        fence();
        Optional<Outcome> before =
                recorded(transaction.key().record(), transaction.key().fingerprint());
        if (before.isPresent()) {
            return before.get();
        }
        return legs(transaction, false);
    }

    private Outcome looked(Transaction transaction) {
        fence();
        return recorded(transaction.key().record(), transaction.key().fingerprint())
                .orElseGet(() -> legs(transaction, true));
    }

    private Outcome previewed(Transaction transaction) {
        fence();
        return legs(transaction, true);
    }

    /** Checks every leg against the cell as it was before the transaction, and then makes all changes. */
    private Outcome legs(Transaction transaction, boolean preview) {
        if (!REQUEST_ID.matcher(transaction.requestId()).matches()) {
            throw LegKind.fault("request id");
        } else if (cell.journal.size() >= limits.journalEntries()) {
            throw new LedgerFault.Overloaded("the journal is full: settlement has to catch up");
        } else if (transaction.catalogVersion() != null && transaction.catalogVersion() != cell.catalog) {
            return refused(transaction, new Verdict.Refuses(Refusal.CATALOG_CHANGED, "", 0, 0, 0), preview);
        }
        cell.begin();
        JsonArray results = new JsonArray();
        Map<String, Stored> changes = new HashMap<>();
        for (Leg leg : transaction.legs()) {
            Verdict verdict = LegKinds.of(leg).verdict(leg, cell, clock.nowMs());
            if (verdict instanceof Verdict.Refuses) {
                return refused(transaction, (Verdict.Refuses) verdict, preview);
            }
            Verdict.Moves moves = (Verdict.Moves) verdict;
            results.add(moves.result());
            changes.putAll(moves.changes());
        }
        cell.end();
        JsonObject result = new JsonObject().put("at", clock.nowMs()).put("legs", results);
        if (preview) {
            return new Posted(new JournaledTransaction(cell.cell, 0, data(transaction), result), false);
        }
        cell.put(changes);
        cell.sequence++;
        floor = Math.max(floor, cell.sequence);
        JournaledTransaction posted = new JournaledTransaction(cell.cell, cell.sequence, data(transaction), result);
        cell.journal.add(posted);
        record(transaction.key(), "P" + cell.sequence, limits.postedRecord().toMillis());
        return new Posted(posted, false);
    }

    private Refused refused(Transaction transaction, Verdict.Refuses why, boolean preview) {
        Refused refused = new Refused(
                why.reason(), transaction.requestId(), why.name(), why.limit(), why.used(), why.resetsAtMs(), false);
        if (why.reason().pinned() && !preview) {
            JsonArray fields = new JsonArray()
                    .add(why.reason().code())
                    .add(transaction.requestId())
                    .add(why.name())
                    .add(why.limit())
                    .add(why.used())
                    .add(why.resetsAtMs());
            record(
                    transaction.key(),
                    "R" + fields.encode(),
                    limits.refusedRecord().toMillis());
        }
        return refused;
    }

    private static JsonObject data(Transaction transaction) {
        JsonArray legs = new JsonArray();
        transaction.legs().forEach(leg -> legs.add(LegKinds.of(leg).dataOf(leg)));
        return new JsonObject()
                .put("type", transaction.type().label())
                .put("client", transaction.key().client())
                .put("idem", transaction.key().recordText())
                .put("fp", transaction.key().fingerprintText())
                .put("durability", "durable")
                .put("request", transaction.request())
                .put("legs", legs);
    }

    private void record(IdempotencyKey key, String answer, long livesMs) {
        cell.put(Map.of(name(key.record()), new Answered(latin(key.fingerprint()), answer, clock.nowMs() + livesMs)));
    }

    private Optional<Outcome> recorded(byte[] record, byte @Nullable [] fingerprint) {
        return cell.find(name(record), Answered.class, clock.nowMs()).map(found -> {
            String answer = found.answer().substring(1);
            if (fingerprint != null && !found.fingerprint().equals(latin(fingerprint))) {
                return Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED);
            } else if (found.answer().startsWith("P")) {
                return new Posted(cell.journal.get(Integer.parseInt(answer) - 1), true);
            }
            JsonArray fields = new JsonArray(answer);
            return new Refused(
                    Refusal.of(fields.getInteger(0)),
                    fields.getString(1),
                    fields.getString(2),
                    fields.getLong(3),
                    fields.getLong(4),
                    fields.getLong(5),
                    true);
        });
    }

    /** Cold: another epoch than this ledger's, or a shorter history than it has seen. */
    private void fence() {
        if (cell.epoch != 1 || cell.sequence < floor) {
            throw new LedgerFault.Cold(cell.cell);
        }
    }

    @Override
    public Future<Recorded> recorded(Cell unused, byte[] record, byte @Nullable [] fingerprint) {
        synchronized (cell) {
            try {
                fence();
                return Future.succeededFuture(new Recorded(recorded(record, fingerprint), cell.catalog, cell.sequence));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    @Override
    public Future<Optional<Card>> card(Cell unused, List<String> ids) {
        synchronized (cell) {
            try {
                fence();
                return Future.succeededFuture(ids.stream()
                        .filter(id -> cell.has(CardKind.PREFIX + id, clock.nowMs()))
                        .findFirst()
                        .map(this::card));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    @Override
    public Future<List<Optional<String>>> types(Cell unused, List<List<String>> candidates) {
        return Future.all(candidates.stream().map(ids -> card(unused, ids)).toList())
                .map(all -> all.<Optional<Card>>list().stream()
                        .map(found -> found.map(Card::typeToken))
                        .toList());
    }

    private Card card(String id) {
        StoredCard card = CardKind.card(cell, id, clock.nowMs()).orElseThrow();
        return new Card(
                id,
                card.apiId(),
                card.number(),
                card.typeToken(),
                card.state(),
                card.balance(),
                card.held(),
                card.owner(),
                card.cardExpiresAtMs(),
                clock.nowMs());
    }

    @Override
    public Future<Optional<Account>> account(Cell unused, String id) {
        synchronized (cell) {
            try {
                fence();
                return Future.succeededFuture(AccountKind.account(cell, id, clock.nowMs()));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    @Override
    public Future<dev.counterfoil.ledger.Followed> followed(Cell unused, long sequence) {
        synchronized (cell) {
            try {
                fence();
                Optional<Stored.Followed> counted =
                        cell.find("followed:" + sequence, Stored.Followed.class, clock.nowMs());
                return Future.succeededFuture(new dev.counterfoil.ledger.Followed(
                        counted.isPresent(),
                        counted.map(Stored.Followed::state).orElse(""),
                        counted.map(Stored.Followed::counts).orElse(Map.of()),
                        Long.parseLong(HoldKind.open(cell, clock.nowMs()).getOrDefault(Long.toString(sequence), "0")),
                        clock.nowMs(),
                        cell.sequence));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    @Override
    public Future<DueHolds> dueHolds(Cell unused, int most) {
        synchronized (cell) {
            try {
                fence();
                Map<String, String> open = HoldKind.open(cell, clock.nowMs());
                List<Long> due = open.entrySet().stream()
                        .filter(hold -> Long.parseLong(hold.getValue()) <= clock.nowMs())
                        .sorted(Comparator.comparingLong(
                                        (Map.Entry<String, String> hold) -> Long.parseLong(hold.getValue()))
                                .thenComparing(Map.Entry::getKey))
                        .limit(most)
                        .map(hold -> Long.valueOf(hold.getKey()))
                        .toList();
                return Future.succeededFuture(new DueHolds(due, !open.isEmpty()));
            } catch (LedgerFault fault) {
                return Future.failedFuture(fault);
            }
        }
    }

    @Override
    public Future<Optional<JournaledTransaction>> transaction(Cell unused, long sequence) {
        synchronized (cell) {
            return Future.succeededFuture(cell.journal.stream()
                    .filter(one -> one.sequence() == sequence)
                    .findFirst());
        }
    }

    @Override
    public Future<Instant> now(Cell cell) {
        return Future.succeededFuture(Instant.ofEpochMilli(clock.nowMs()));
    }

    private static String name(byte[] record) {
        return "idem:" + latin(record);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
