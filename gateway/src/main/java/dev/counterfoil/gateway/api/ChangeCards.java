package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.issuing.CardsChange;
import dev.counterfoil.ledger.rules.CardChange;
import dev.counterfoil.ledger.secrets.CardNumbers;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;

/**
 * {@code POST /v1/programs/{program}/cards/freeze} and {@code …/unfreeze}, {@code …/void}, {@code …/extend}: one card by its
 * number or all of a range of numbers, each at most once, so that a call that was cut is made again under its key.
 */
public final class ChangeCards implements Endpoint {
    private static final Text NUMBER = Text.upTo(64);
    private static final Text REASON = Text.upTo(200);

    private final Backend backend;
    private final CardChange.Kind kind;
    private final Clock clock;

    public ChangeCards(Backend backend, CardChange.Kind kind, Clock clock) {
        this.backend = backend;
        this.kind = kind;
        this.clock = clock;
    }

    private record Asked(String from, String to, CardChange change) {}

    @Override
    public Future<Answer> handle(Call call) {
        String key = call.idempotencyKey();
        Asked asked = call.read(this::read);
        String canonical = new JsonArray()
                .add("cards")
                .add(kind.name())
                .add(asked.from())
                .add(asked.to())
                .add(asked.change().reason())
                .add(asked.change().expiresAtMs())
                .encode();
        CardsChange.Order order = new CardsChange.Order(
                Cell.of(call.program().id()),
                call.key().client(),
                key,
                canonical,
                call.requestId(),
                asked.from(),
                asked.to(),
                call.durability().or(backend.durability()));
        return backend.administration()
                .audit()
                .add(
                        call.actor().because(asked.change().reason()),
                        call.program().issuer(),
                        "cards." + kind.name().toLowerCase(Locale.ROOT),
                        "cards:" + call.program().id() + "/" + asked.from() + "-" + asked.to(),
                        null)
                .compose(noted -> backend.cardsChange().change(order, asked.change()))
                .map(ChangeCards::answer)
                .recover(ChangeCards::notDone);
    }

    private Asked read(RequestFields fields) {
        boolean one = fields.has("number");
        String from = number(fields, one ? "number" : "from");
        String to = one ? from : number(fields, "to");
        if (one) {
            if (fields.has("from") || fields.has("to")) {
                fields.reject("number", "there with from or to (expected: either number, or from and to)");
            }
            fields.mayHave("from");
            fields.mayHave("to");
        } else if (from.length() != to.length() || from.compareTo(to) > 0) {
            fields.reject("to", "expected: a number of the length of from, and not below it");
        }
        String reason = fields.text("reason", REASON);
        return new Asked(from, to, new CardChange(kind, reason, expiry(fields)));
    }

    private static String number(RequestFields fields, String name) {
        String typed = fields.text(name, NUMBER);
        return CardNumbers.normalise(typed).orElseGet(() -> {
            if (!typed.isEmpty()) {
                fields.reject(name, "expected: a card's number");
            }
            return "";
        });
    }

    /** A time has to be given, or null for ever: that nothing was said must not make cards last for ever. */
    private long expiry(RequestFields fields) {
        if (kind != CardChange.Kind.EXTEND) {
            return 0;
        } else if (!fields.has("expires_at")) {
            fields.reject("expires_at", "missing (expected: a time, or null for ever)");
            return 0;
        }
        if (fields.isNull("expires_at")) {
            return 0;
        }
        Instant until = fields.optionalTime("expires_at").orElse(null);
        if (until != null && !until.isAfter(clock.instant())) {
            fields.reject("expires_at", "expected: a time that is not past");
        }
        return until == null ? 0 : until.toEpochMilli();
    }

    private static Answer answer(CardsChange.Result result) {
        if (result.cards() == 0) {
            return Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no card has such a number"));
        }
        Answer done = Answer.ok(new JsonObject()
                .put("cards", result.cards())
                .put("changed", result.changed())
                .put("left", result.cards() - result.changed())
                .put("durability", result.durability().label()));
        return result.replayed() ? done.withHeader("Idempotency-Replayed", "true") : done;
    }

    private static Future<Answer> notDone(Throwable failure) {
        if (!(failure instanceof CardsChange.NotDone)) {
            return Future.failedFuture(failure);
        }
        return Future.failedFuture(new Rejection(
                ((CardsChange.NotDone) failure).keyReused()
                        ? Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED)
                        : Problem.invalid("/to", "more than " + CardsChange.MOST_CARDS + " cards")));
    }
}
