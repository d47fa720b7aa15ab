package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.secrets.CardNumbers;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** What PostgreSQL is told of an import before its cards are posted, and after. Thread-safe. */
final class ImportBooks {
    private final Database database;
    private final SecureRandom random;

    ImportBooks(Database database, SecureRandom random) {
        this.database = database;
        this.random = random;
    }

    /** What became of the wish to begin. */
    sealed interface Start {}

    /** How far an import has come, as far as PostgreSQL was told. */
    enum State {
        /** Written down by this very request. */
        NEW,
        /** By an earlier one; whether its cards are there Redis tells. */
        MAKING,
        /** They were there. */
        DELIVERED,
        /** The issuer took it back. */
        VOID
    }

    /**
     * It is written down.
     *
     * @param firstOrdinal of the numbers for cards that bring none
     */
    record Begun(String batch, long firstOrdinal, State state) implements Start {}

    /** Some numbers are other cards'. Nothing is written down. */
    record NumbersTaken(SortedMap<Integer, String> batches) implements Start {}

    /** The key belongs to another request. */
    record KeyReused() implements Start {}

    /** Writes it down and takes its numbers, once a key. */
    Future<Start> begin(Cell cell, CardImport cards, IdempotencyKey key, Actor actor) {
        return database.inTransaction(handle -> begin(handle, cell, cards, key, actor))
                .recover(fault -> fault instanceof Taken
                        ? Future.succeededFuture(new NumbersTaken(((Taken) fault).batches))
                        : Future.failedFuture(fault));
    }

    private Start begin(Handle handle, Cell cell, CardImport cards, IdempotencyKey key, Actor actor) {
        Optional<Start> earlier = earlier(handle, cell, key);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        String id = Issuing.batchId(random);
        int inserted = handle.createUpdate("""
                        insert into batch (id, program, card_type, secret_format, secret_space, count, card_state, client, idem, fingerprint)
                        values (:id, :program, :type, 'imported', :space, :count, :state, :client, :idem, :fingerprint)
                        on conflict (program, client, idem) do nothing
                        """)
                .bindMap(Map.of(
                        "id", id,
                        "program", cell.program(),
                        "type", cards.cardType().id(),
                        "space", cards.space().size(),
                        "count", cards.cards().size(),
                        "state", String.valueOf(cards.state().letter()),
                        "client", key.client(),
                        "idem", key.record(),
                        "fingerprint", key.fingerprint()))
                .execute();
        if (inserted == 0) {
            // The same request, at the same time, which may just have been refused.
            return earlier(handle, cell, key)
                    .orElseThrow(() -> new LedgerFault.Overloaded("the same request is under way"));
        }
        reserve(handle, cell, id, cards.cards());
        int unnumbered = (int)
                cards.cards().stream().filter(card -> card.number() == null).count();
        long first = unnumbered == 0 ? 0 : Issuing.numbers(handle, id, cell, unnumbered);
        JsonObject imported = new JsonObject()
                .put("card_type", cards.cardType().id())
                .put("count", cards.cards().size())
                .put("state", cards.state().name().toLowerCase(Locale.ROOT))
                .put("value", cards.value());
        Audit.ofProgram(
                handle, actor, cell.program(), "batch.import", "batch:" + cell.program() + "/" + id, null, imported);
        return new Begun(id, first, State.NEW);
    }

    private static Optional<Start> earlier(Handle handle, Cell cell, IdempotencyKey key) {
        return handle.createQuery("""
                        select id, fingerprint, first_number, state from batch
                         where program = ? and client = ? and idem = ?
                        """)
                .bind(0, cell.program())
                .bind(1, key.client())
                .bind(2, key.record())
                .<Start>map((row, context) -> {
                    String first = row.getString("first_number");
                    return Arrays.equals(row.getBytes("fingerprint"), key.fingerprint())
                            ? new Begun(
                                    row.getString("id"),
                                    first == null ? 0 : CardNumbers.ordinal(first),
                                    State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)))
                            : new KeyReused();
                })
                .findOne();
    }

    /** Nobody else gets their numbers from here on. */
    private static void reserve(Handle handle, Cell cell, String batch, List<CardImport.Card> cards) {
        List<String> numbers = cards.stream()
                .map(CardImport.Card::number)
                .filter(Objects::nonNull)
                .toList();
        Set<String> reserved = new HashSet<>(handle.createQuery("""
                        insert into imported_number (program, number, batch)
                        select :program, number, :batch from unnest(:numbers) as number order by number
                        on conflict do nothing returning number
                        """)
                .bind("program", cell.program())
                .bind("batch", batch)
                .bindArray("numbers", String.class, numbers)
                .mapTo(String.class)
                .list());
        if (reserved.size() < numbers.size()) {
            throw new Taken(holders(handle, cell, cards, reserved));
        }
    }

    private static SortedMap<Integer, String> holders(
            Handle handle, Cell cell, List<CardImport.Card> cards, Set<String> reserved) {
        SortedMap<Integer, String> holders = new TreeMap<>();
        for (int i = 0; i < cards.size(); i++) {
            String number = cards.get(i).number();
            if (number != null && !reserved.contains(number)) {
                holders.put(
                        i,
                        handle.createQuery("select batch from imported_number where program = ? and number = ?")
                                .bind(0, cell.program())
                                .bind(1, number)
                                .mapTo(String.class)
                                .findOne()
                                // Whoever had it has just given it up.
                                .orElseThrow(() -> new LedgerFault.Overloaded("a number is being given up")));
            }
        }
        return holders;
    }

    /** Whether cards of the batch are settled. */
    Future<Boolean> isSettled(Begun begun) {
        return database.call(handle -> handle.createQuery("select exists (select 1 from card where batch = ?)")
                .bind(0, begun.batch())
                .mapTo(Boolean.class)
                .one());
    }

    /** Notes that its cards are there. Never fails: the cards themselves tell. */
    Future<Void> delivered(Begun begun) {
        return database.<Void>call(handle -> {
                    handle.execute(
                            "update batch set state = 'delivered', finished_at = now() where id = ? and state = 'making'",
                            begun.batch());
                    return null;
                })
                .otherwiseEmpty();
    }

    /**
     * Forgets it, of which nothing was posted, and frees its numbers. Not once the record of its key may have lapsed, which else would have
     * told of its cards: then it stays.
     */
    Future<Void> abandon(Begun begun) {
        return database.call(handle -> {
            handle.execute("""
                    delete from batch b
                     where id = ? and state = 'making' and created_at > now() - interval '20 hours'
                       and not exists (select 1 from card c where c.batch = b.id)
                    """, begun.batch());
            return null;
        });
    }

    /** Rolls back what was written down before it was met. */
    private static final class Taken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient SortedMap<Integer, String> batches;

        Taken(SortedMap<Integer, String> batches) {
            super("numbers of other cards", null, false, false);
            this.batches = batches;
        }
    }
}
