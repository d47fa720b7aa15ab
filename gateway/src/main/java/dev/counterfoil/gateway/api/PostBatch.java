package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.StreamingEndpoint;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.issuing.Batch;
import dev.counterfoil.ledger.issuing.BatchMaker;
import dev.counterfoil.ledger.rules.KeyCeiling;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code POST /v1/programs/{program}/batches}: makes cards and streams them, a line a card, as they are made. The secrets
 * exist in this stream only, so a batch is delivered once; one that was cut is voided and made again.
 */
public final class PostBatch implements StreamingEndpoint {
    private static final Text CARD_TYPE = Text.upTo(32);
    static final String EXPECTED_HITS = "Counterfoil-Expected-Hits";
    private static final Rejection ENDED =
            new Rejection(Problem.unauthenticated("the key was revoked or expired meanwhile"));

    private final Backend backend;

    public PostBatch(Backend backend) {
        this.backend = backend;
    }

    private record Wanted(String cardType, int count, CardState state) {}

    @Override
    public Future<Void> handle(Call call) {
        Wanted wanted = call.read(fields -> new Wanted(
                fields.text("card_type", CARD_TYPE),
                (int) fields.integer("count", 1, Batch.MOST_CARDS),
                NewState.of(fields)));
        Optional<CardType> cardType = call.catalog().cardType(wanted.cardType());
        if (cardType.isEmpty()) {
            throw new Rejection(Problem.invalid("/card_type", "no such card type in this program"));
        }
        BatchLines lines = BatchLines.wantedBy(call.context().request());
        Cell cell = Cell.of(call.program().id());
        IdempotencyKey key = Keys.of(
                call,
                backend,
                new JsonArray()
                        .add("batch")
                        .add(wanted.cardType())
                        .add(wanted.count())
                        .add(wanted.state().name())
                        .encode());
        KeyCeiling ceiling = KeyCeiling.of(call.key(), Ceilings.Kind.ISSUED, call.program());
        return backend.batches()
                .begin(cell, cardType.get(), wanted.count(), wanted.state(), key, ceiling, call.actor())
                .compose(begun -> {
                    if (begun instanceof BatchMaker.Started) {
                        Batch batch = ((BatchMaker.Started) begun).batch();
                        return counted(call, batch.cardType())
                                .compose(done -> new BatchStream(
                                                backend.batches(), batch, lines, call.context(), () -> admitted(call))
                                        .run());
                    }
                    return Future.failedFuture(new Rejection(refused(begun)));
                });
    }

    /** Tells every gateway how many cards there are now, and the issuer what a guesser would find among them. */
    private Future<Void> counted(Call call, CardType cardType) {
        return backend.madeCards()
                .publish()
                .<Void>map(counted -> {
                    String hits = hits(backend.madeCards().expectedHitsAYear(call.program(), cardType.secretFormat()));
                    HttpServerResponse response = call.context().response();
                    int unused = call.context().addHeadersEndHandler(head -> {
                        if (response.getStatusCode() == 201) {
                            response.putHeader(EXPECTED_HITS, hits);
                        }
                    });
                    return null;
                })
                // The next sweep makes up for it; making cards will say itself what is away.
                .otherwiseEmpty();
    }

    /** How {@link #EXPECTED_HITS} is written. */
    static String hits(double expected) {
        return String.format(Locale.ROOT, "%.1e", expected);
    }

    /** Making takes minutes, in which the key may be revoked or expire: then no further secret leaves. */
    private Future<Void> admitted(Call call) {
        KeyRing keys = backend.administration().keys();
        return (keys.isFresh() ? Future.<Void>succeededFuture() : keys.refresh())
                .compose(known -> keys.isValid(call.key()) ? Future.succeededFuture() : Future.failedFuture(ENDED));
    }

    private static Problem refused(BatchMaker.Begun begun) {
        return begun instanceof BatchMaker.Delivered
                ? Problem.of(
                        ProblemCode.BATCH_ALREADY_DELIVERED,
                        "batch " + ((BatchMaker.Delivered) begun).batch()
                                + ": secrets are shown once; void it and make another under a new key")
                : Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED);
    }
}
