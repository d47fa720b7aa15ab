package dev.counterfoil.ledger;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where value moves. Every method returns at once; its future completes on the caller's Vert.x context when there is one
 * and fails with a {@link LedgerFault} only.
 */
public interface Ledger {
    /**
     * Posts every leg of {@code transaction} or none, at most once per idempotency key. A refusal is an {@link Outcome};
     * the future fails when the result is unknown ({@link LedgerFault.OutcomeUnknown}: retry the same key) or when
     * nothing was posted and nothing can be said (the other faults). Where the key asks for {@link Durability#SETTLED} it
     * waits for the books, as long as an answer may; the transaction tells which level was reached.
     */
    Future<Outcome> post(Transaction transaction);

    /**
     * What {@link #post} would answer now if {@code transaction} had a key that was never used: every check is made and
     * nothing is written. A {@link Posted} of sequence 0 tells what would be; the codes in it stay where they are.
     */
    Future<Outcome> preview(Transaction transaction);

    /**
     * What {@link #post} would answer now under the key, and where that was never used, what the first leg of
     * {@code transaction} says to it. Nothing is written, so a refusal that would be final for the key is not yet; a
     * {@link Posted} of sequence 0 that is no replay tells that the first leg lets it pass. Costs a fraction of a post.
     */
    Future<Outcome> look(Transaction transaction);

    /**
     * Whether so much waits for the cell that a request that comes now would not be answered in time: it should be refused before
     * it costs anything. Whoever posts all the same is not refused for it. Costs a few nanoseconds.
     */
    default boolean busy(Cell cell) {
        return false;
    }

    /**
     * What was answered under a key: the outcome, or nothing when no final answer was given. Writes nothing.
     *
     * @param fingerprint to be compared with the record's, null to take whatever the key brought
     */
    Future<Recorded> recorded(Cell cell, byte[] record, byte @Nullable [] fingerprint);

    /**
     * The outcome of {@code key} once it has reached the level that was asked for, as {@link #post} waits for it; as it is when that
     * takes longer than an answer may wait. For whoever answers what is {@link #recorded}.
     */
    default Future<Outcome> awaited(IdempotencyKey key, Outcome outcome) {
        return Future.succeededFuture(outcome);
    }

    /** The card that the first existing of {@code ids} is, or nothing. */
    Future<Optional<Card>> card(Cell cell, List<String> ids);

    /**
     * The tokens of several cards' types, of each of the first existing of its ids, or nothing; in one step, for a checkout
     * asks before it posts. A card's type never changes.
     *
     * @param candidates the ids of each card; none for a payer that is no card, which has no type
     */
    Future<List<Optional<String>>> types(Cell cell, List<List<String>> candidates);

    /** The account of that id, or nothing when nothing was ever written to it. */
    Future<Optional<Account>> account(Cell cell, String id);

    /** What followed the transaction of that sequence. */
    Future<Followed> followed(Cell cell, long sequence);

    /** Holds whose deadline has come, the longest overdue first, at most {@code most}. */
    Future<DueHolds> dueHolds(Cell cell, int most);

    /** A posted transaction, from the journal or, once it left it, from the books. */
    Future<Optional<JournaledTransaction>> transaction(Cell cell, long sequence);

    /** The time by the clock of the cell's Redis, which every window and expiry in it is checked against. */
    Future<Instant> now(Cell cell);

    /**
     * @param sequences of the holds whose deadline has come
     * @param open whether the cell has any hold that is open, due or not
     */
    record DueHolds(List<Long> sequences, boolean open) {}

    /**
     * @param outcome what the key's record says, if there is one
     * @param catalogVersion of the catalog that Redis has now
     * @param sequence of the cell at the reading: what was posted before it is settled once this is
     */
    record Recorded(Optional<Outcome> outcome, long catalogVersion, long sequence) {}
}
