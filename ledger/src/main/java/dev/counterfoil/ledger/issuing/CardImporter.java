package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Takes cards over that an issuer gave out before. An import is a batch, and one transaction under the caller's key: all of its cards come
 * into being or none. Nothing keeps a secret. Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class CardImporter {
    private final ImportBooks books;
    private final Ledger ledger;
    private final Issuing issuing;
    private final CardIds cardIds;
    private final SecureRandom random;
    private final Clock clock;

    public CardImporter(Database database, Ledger ledger, CardIds cardIds, SecureRandom random, Clock clock) {
        this.books = new ImportBooks(database, random);
        this.ledger = ledger;
        this.issuing = new Issuing(ledger, clock);
        this.cardIds = cardIds;
        this.random = random;
        this.clock = clock;
    }

    /** What became of a request. */
    public sealed interface Result {}

    /**
     * All are there.
     *
     * @param replayed whether an earlier request under the same key had brought them
     */
    public record Imported(String batch, Durability durability, boolean replayed) implements Result {}

    /**
     * None was imported.
     *
     * @param numbers by place, from 0, of cards whose number is another card's: the import that has it
     * @param secrets places, from 0, of cards whose secret, with the number where it takes one, is another card's
     */
    public record Taken(SortedMap<Integer, String> numbers, List<Integer> secrets) implements Result {}

    /** The ledger refused: a ceiling. None was imported. */
    public record NotAllowed(Refused refused) implements Result {}

    /** The batch was voided meanwhile. */
    public record Voided(String batch) implements Result {}

    /** The key belongs to another request. */
    public record KeyReused() implements Result {}

    /**
     * Imports them.
     *
     * @param key its fingerprint covers all that was asked for
     * @param ceiling what may still be issued
     * @param counted run once it is written down how many there are and before any of them can be used
     */
    public Future<Result> run(
            Cell cell,
            CardImport cards,
            IdempotencyKey key,
            KeyCeiling ceiling,
            Actor actor,
            Supplier<Future<Void>> counted) {
        return books.begin(cell, cards, key, actor).compose(start -> {
            if (start instanceof ImportBooks.Begun) {
                ImportBooks.Begun begun = (ImportBooks.Begun) start;
                return counted.get()
                        .compose(done -> earlier(cell, key, begun))
                        .compose(earlier -> earlier.isPresent()
                                ? Future.succeededFuture(earlier.get())
                                : post(cell, cards, key, ceiling, begun));
            }
            return Future.succeededFuture(
                    start instanceof ImportBooks.NumbersTaken
                            ? new Taken(((ImportBooks.NumbersTaken) start).batches(), List.of())
                            : new KeyReused());
        });
    }

    /** What an earlier request under the key brought, if that is known. */
    private Future<Optional<Result>> earlier(Cell cell, IdempotencyKey key, ImportBooks.Begun begun) {
        if (begun.state() == ImportBooks.State.NEW) {
            return Future.succeededFuture(Optional.empty());
        }
        return posted(cell, key).compose(posted -> {
            if (posted.isPresent()) {
                return imported(begun, posted.get(), true).map(Optional::of);
            }
            // A record lapses long after what it tells of is settled.
            return books.isSettled(begun).map(settled -> {
                if (settled) {
                    return Optional.of(new Imported(begun.batch(), Durability.SETTLED, true));
                }
                return begun.state() == ImportBooks.State.VOID
                        ? Optional.of(new Voided(begun.batch()))
                        : Optional.empty();
            });
        });
    }

    private Future<Result> imported(ImportBooks.Begun begun, Posted posted, boolean replayed) {
        return books.delivered(begun)
                .map(new Imported(begun.batch(), posted.transaction().durability(), replayed));
    }

    private Future<Result> post(
            Cell cell, CardImport cards, IdempotencyKey key, KeyCeiling ceiling, ImportBooks.Begun begun) {
        List<List<String>> ids = cards.cards().stream()
                .map(card ->
                        cardIds.importedIds(cell.program(), cards.withNumber() ? card.number() : null, card.secret()))
                .toList();
        List<String> newIds = ids.stream().map(all -> all.get(0)).toList();
        CardType type = cards.cardType();
        return known(cell, elsewhere(cell, cards, ids))
                .compose(known -> known.contains(true)
                        ? taken(cell, key, begun, known)
                        : issuing.post(
                                        cell,
                                        key,
                                        begun.batch(),
                                        legs(cards, newIds, begun),
                                        time -> ceiling.legs(type.asset(), cards.value(), time))
                                .compose(outcome -> outcome instanceof Posted
                                        ? imported(begun, (Posted) outcome, outcome.replayed())
                                        : refused(cell, key, (Refused) outcome, ceiling, newIds, begun)));
    }

    /** The counter last: whether the cards are there already tells more. */
    private List<Leg> legs(CardImport cards, List<String> ids, ImportBooks.Begun begun) {
        CardType type = cards.cardType();
        Instant term = type.expiry(clock.instant());
        List<Leg> legs = new ArrayList<>(ids.size() + 1);
        long next = begun.firstOrdinal();
        for (int i = 0; i < ids.size(); i++) {
            CardImport.Card card = cards.cards().get(i);
            Instant expiresAt = card.expiresAt() == null ? term : card.expiresAt();
            String number = card.number();
            legs.add(new NewCardLeg(
                    ids.get(i),
                    Issuing.apiId(random),
                    number == null ? CardNumbers.number(next++) : number,
                    type.token(),
                    cards.balance(card),
                    cards.state(),
                    expiresAt == null ? 0 : expiresAt.toEpochMilli(),
                    begun.batch()));
        }
        legs.add(issuing.counter(begun.batch(), ids.size(), ids.size()));
        return legs;
    }

    private Future<Result> refused(
            Cell cell,
            IdempotencyKey key,
            Refused refused,
            KeyCeiling ceiling,
            List<String> ids,
            ImportBooks.Begun begun) {
        if (refused.reason() == Refusal.IDEMPOTENCY_KEY_REUSED) {
            return books.abandon(begun).map(new KeyReused());
        } else if (refused.reason() == Refusal.QUOTA_EXCEEDED && refused.name().equals(ceiling.name())) {
            return books.abandon(begun).map(new NotAllowed(refused));
        } else if (refused.reason() != Refusal.CARD_EXISTS) {
            // Also where the batch is being closed: once it is void, the next try is told so.
            return Future.failedFuture(new LedgerFault.Overloaded("cannot be imported now: " + refused.reason()));
        }
        return known(cell, ids.stream().map(List::of).toList()).compose(known -> taken(cell, key, begun, known));
    }

    /**
     * Cards of others have the secrets, unless they are this import's own: posted since it was asked for, by the same request elsewhere, or
     * not settled for longer than its record lives.
     */
    private Future<Result> taken(Cell cell, IdempotencyKey key, ImportBooks.Begun begun, List<Boolean> known) {
        if (begun.state() == ImportBooks.State.DELIVERED) {
            return Future.failedFuture(
                    new LedgerFault.Overloaded("the import " + begun.batch() + " is not settled yet"));
        }
        return posted(cell, key)
                .compose(own -> own.isPresent()
                        ? imported(begun, own.get(), true)
                        : books.abandon(begun).map(new Taken(new TreeMap<>(), places(known))));
    }

    /** What stands under the key, where it is this import. */
    private Future<Optional<Posted>> posted(Cell cell, IdempotencyKey key) {
        return ledger.recorded(cell, key.record(), key.fingerprint())
                .map(recorded ->
                        recorded.outcome().filter(Posted.class::isInstance).map(Posted.class::cast));
    }

    /** Of each card the other ids that it may have: under older peppers, and, where its secret reads as one, as if it had been made here. */
    private List<List<String>> elsewhere(Cell cell, CardImport cards, List<List<String>> ids) {
        return IntStream.range(0, ids.size())
                .mapToObj(i -> Stream.concat(
                                ids.get(i).stream().skip(1),
                                SecretFormat.normalise(cards.cards().get(i).secret())
                                        .filter(SecretFormat::wellFormed)
                                        .filter(normal -> !cards.withNumber())
                                        .map(normal -> cardIds.idsOf(cell.program(), normal))
                                        .orElse(List.of())
                                        .stream()
                                        .filter(id -> !id.equals(ids.get(i).get(0))))
                        .distinct()
                        .toList())
                .toList();
    }

    /** Of each list of ids, whether a card has one of them. */
    private Future<List<Boolean>> known(Cell cell, List<List<String>> ids) {
        List<Future<Boolean>> looked = ids.stream()
                .map(all -> all.isEmpty()
                        ? Future.succeededFuture(false)
                        : ledger.card(cell, all).map(Optional::isPresent))
                .toList();
        return Future.all(looked).map(all -> looked.stream().map(Future::result).toList());
    }

    private static List<Integer> places(List<Boolean> marked) {
        return IntStream.range(0, marked.size()).filter(marked::get).boxed().toList();
    }
}
