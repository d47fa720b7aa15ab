package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.Audit;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes cards in steps: each step generates some secrets, posts the cards, and only then hands the secrets out. Nothing
 * keeps a secret, so a batch can be delivered once; a stream that was cut is voided and made again. Thread-safe.
 */
public final class BatchMaker {
    /** Cards in one step: one transaction, one answer from Redis. */
    public static final int STEP = 200;

    private static final String CLIENT = "batch";

    private final Database database;
    private final Issuing issuing;
    private final CardIds cardIds;
    private final RequestHash hash;
    private final SecureRandom random;
    private final Clock clock;

    public BatchMaker(
            Database database, Ledger ledger, CardIds cardIds, RequestHash hash, SecureRandom random, Clock clock) {
        this.database = database;
        this.issuing = new Issuing(ledger, clock);
        this.cardIds = cardIds;
        this.hash = hash;
        this.random = random;
        this.clock = clock;
    }

    /** What became of the request for a batch. */
    public sealed interface Begun {}

    /** A new batch, of which nothing is made yet. */
    public record Started(Batch batch) implements Begun {}

    /** The key made a batch before, whose secrets nobody has any more. */
    public record Delivered(String batch) implements Begun {}

    /** The key belongs to another request. */
    public record KeyReused() implements Begun {}

    /** Takes the batch's numbers and writes it down, for the gateway itself and without a ceiling. At most one batch a key. */
    public Future<Begun> begin(Cell cell, CardType cardType, int count, CardState state, IdempotencyKey key) {
        return begin(cell, cardType, count, state, key, KeyCeiling.NONE, Actor.SYSTEM);
    }

    /** The same for {@code actor}, under {@code ceiling}. */
    public Future<Begun> begin(
            Cell cell,
            CardType cardType,
            int count,
            CardState state,
            IdempotencyKey key,
            KeyCeiling ceiling,
            Actor actor) {
        Amounts.within("count", count, 1, Batch.MOST_CARDS);
        String id = Issuing.batchId(random);
        Instant expiresAt = cardType.expiry(clock.instant());
        return database.inTransaction(handle -> {
            int inserted = handle.createUpdate("""
                            insert into batch (id, program, card_type, secret_format, count, card_state, client, idem, fingerprint, expires_at)
                            values (:id, :program, :type, :format, :count, :state, :client, :idem, :fingerprint, :expiresAt)
                            on conflict (program, client, idem) do nothing
                            """)
                    .bindMap(Map.of(
                            "id", id,
                            "program", cell.program(),
                            "type", cardType.id(),
                            "format", cardType.secretFormat().id(),
                            "count", count,
                            "state", String.valueOf(state.letter()),
                            "client", key.client(),
                            "idem", key.record(),
                            "fingerprint", key.fingerprint()))
                    .bind("expiresAt", expiresAt)
                    .execute();
            if (inserted == 0) {
                return earlier(handle, cell, key);
            }
            long first = Issuing.numbers(handle, id, cell, count);
            JsonObject made = new JsonObject()
                    .put("card_type", cardType.id())
                    .put("count", count)
                    .put("state", state.name().toLowerCase(Locale.ROOT))
                    .put("first_number", CardNumbers.number(first));
            Audit.ofProgram(
                    handle, actor, cell.program(), "batch.make", "batch:" + cell.program() + "/" + id, null, made);
            return new Started(new Batch(id, cell, cardType, count, state, first, expiresAt, key, ceiling));
        });
    }

    private static Begun earlier(Handle handle, Cell cell, IdempotencyKey key) {
        return handle.createQuery("select id, fingerprint from batch where program = ? and client = ? and idem = ?")
                .bind(0, cell.program())
                .bind(1, key.client())
                .bind(2, key.record())
                .map((row, context) -> Arrays.equals(row.getBytes("fingerprint"), key.fingerprint())
                        ? new Delivered(row.getString("id"))
                        : new KeyReused())
                .one();
    }

    /** Cards that were posted in one transaction, and the level that it reached. */
    public record Step(List<MadeCard> cards, Durability durability) {}

    /**
     * Makes the batch's cards {@code from}, counted from 0, to at most {@code from + STEP}, and returns them once they are
     * posted. Fails with {@link BatchClosed} when the batch was voided meanwhile, or when its key turns out to belong to
     * another request: the first step is posted under the caller's own key, which so is used up for everything else; and
     * before its first card when the whole of it is more than the ceiling allows.
     */
    public Future<Step> make(Batch batch, int from) {
        int to = Math.min(batch.count(), from + STEP);
        List<MadeCard> cards = new ArrayList<>(to - from);
        List<Leg> legs = new ArrayList<>(to - from + 1);
        legs.add(issuing.counter(batch.id(), to - from, batch.count()));
        Instant expiresAt = batch.expiresAt();
        for (int i = from; i < to; i++) {
            String secret = batch.cardType().secretFormat().make(random);
            String number = CardNumbers.number(batch.firstOrdinal() + i);
            cards.add(new MadeCard(number, SecretFormat.print(secret), expiresAt));
            legs.add(new NewCardLeg(
                    cardIds.newId(batch.cell().program(), secret),
                    Issuing.apiId(random),
                    number,
                    batch.cardType().token(),
                    batch.cardType().faceValue(),
                    batch.state(),
                    expiresAt == null ? 0 : expiresAt.toEpochMilli(),
                    batch.id()));
        }
        return post(batch, from, legs)
                .compose(outcome -> outcome instanceof Posted
                        ? Future.succeededFuture(
                                new Step(cards, ((Posted) outcome).transaction().durability()))
                        : Future.failedFuture(new BatchClosed(
                                batch.id(), (Refused) outcome, batch.ceiling().name())));
    }

    /** The whole batch counts against the ceiling with its first step. */
    private Future<Outcome> post(Batch batch, int from, List<Leg> legs) {
        long face = batch.cardType().faceValue();
        long value = face > Amounts.MAX / batch.count() ? Amounts.MAX : face * batch.count();
        String step = batch.id() + ":" + from;
        IdempotencyKey key = from == 0
                ? batch.key()
                : new IdempotencyKey(
                        CLIENT,
                        hash.idempotency(CLIENT, null, step),
                        hash.fingerprint(step),
                        batch.key().asked());
        return issuing.post(
                batch.cell(),
                key,
                batch.id(),
                legs,
                time -> from == 0 ? batch.ceiling().legs(batch.cardType().asset(), value, time) : List.of());
    }

    /** Takes the batch back, of which nothing was posted, so that its key may be sent again. */
    public Future<Void> abandon(Batch batch) {
        return database.call(handle -> {
            handle.execute("delete from batch where id = ? and state = 'making'", batch.id());
            return null;
        });
    }

    /** Notes that every card was handed out, with the digest that the end line gave, if there was one. */
    public Future<Void> delivered(Batch batch, @Nullable String sha256) {
        return finish(batch, "delivered", sha256);
    }

    /** Notes that the stream ended early: some cards exist whose secrets nobody may have. */
    public Future<Void> cut(Batch batch) {
        return finish(batch, "cut", null);
    }

    private Future<Void> finish(Batch batch, String state, @Nullable String sha256) {
        return database.call(handle -> {
            handle.createUpdate("""
                            update batch set state = :state, sha256 = :sha256, finished_at = now()
                             where id = :id and state = 'making'
                            """)
                    .bind("state", state)
                    .bind("sha256", sha256)
                    .bind("id", batch.id())
                    .execute();
            return null;
        });
    }
}
