package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.QueryFields;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.settlement.RedemptionPage;
import dev.counterfoil.ledger.settlement.RedemptionQuery;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code GET /v1/programs/{program}/redemptions}: with {@code idempotency_key} the one answer that was given under it, by
 * this client; else a page of the settled redemptions, newest first.
 */
public final class FindRedemptions implements Endpoint {
    private static final Text KEY = Text.matching(255, "[\\x21-\\x7e]{1,255}", "visible ASCII characters");
    private static final Text CARD = Text.matching(21, "card_[A-Za-z0-9_-]{16}", "a card's id, card_…");
    private static final Text CURSOR = Text.matching(64, "[a-z0-9.]{1,64}", "next_cursor of the page before");
    private static final List<String> STATUSES = List.of("held", "posted", "released", "expired");

    private final Backend backend;
    private final RedemptionJson json;

    public FindRedemptions(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
    }

    @Override
    public Future<Answer> handle(Call call) {
        Reveal.requireSecretKey(call);
        Function<Call, Future<Answer>> search = call.query(query -> {
            Optional<String> key = query.text("idempotency_key", KEY);
            return key.isPresent() ? asked -> answered(asked, key.get()) : listing(query);
        });
        return search.apply(call);
    }

    private Future<Answer> answered(Call call, String idempotencyKey) {
        Cell cell = Cell.of(call.program().id());
        byte[] record = backend.hash().idempotency(call.key().client(), null, idempotencyKey);
        return backend.ledger().recorded(cell, record, null).compose(recorded -> {
            Optional<Outcome> outcome = recorded.outcome();
            if (outcome.isPresent()) {
                return answer(call, outcome.get());
            }
            return backend.books()
                    .findByKey(cell, record)
                    .compose(found -> found.map(one -> redemption(call, one))
                            .orElseGet(() -> Future.succeededFuture(noAnswer())));
        });
    }

    private Future<Answer> answer(Call call, Outcome outcome) {
        if (outcome instanceof Posted) {
            return redemption(call, ((Posted) outcome).transaction());
        }
        Problem problem = Refusals.problem((Refused) outcome);
        return Future.succeededFuture(
                Answer.ok(new JsonObject().put("status", "refused").put("problem", problem.toJson(call.requestId())))
                        .noStore());
    }

    private Future<Answer> redemption(Call call, JournaledTransaction transaction) {
        if (!transaction.type().equals(TransactionType.REDEMPTION.label())) {
            return Future.succeededFuture(
                    Answer.of(Problem.of(ProblemCode.NOT_FOUND, "this key belongs to another operation")));
        }
        return backend.afterSale()
                .became(transaction)
                .compose(became -> Reveal.allowed(call, backend, List.of(transaction))
                        .map(revealed -> Answer.ok(json.of(transaction, became, revealed))
                                .noStore()));
    }

    private static Answer noAnswer() {
        return Answer.of(Problem.of(
                ProblemCode.NOT_FOUND,
                "no final answer was given under this key: the request may be sent again with it"));
    }

    private Function<Call, Future<Answer>> listing(QueryFields query) {
        Optional<String> card = query.text("card", CARD);
        Optional<String> cursor = query.text("cursor", CURSOR);
        Optional<RedemptionQuery.Cursor> after = cursor.flatMap(RedemptionQuery.Cursor::parse);
        if (cursor.isPresent() && after.isEmpty()) {
            query.reject("cursor", "expected: next_cursor of the page before");
        }
        RedemptionQuery wanted = new RedemptionQuery(
                query.text("reference", RedemptionFields.REFERENCE).orElse(null),
                query.text("account", RedemptionFields.ACCOUNT).orElse(null),
                card.map(id -> id.substring(CardJson.PREFIX.length())).orElse(null),
                query.oneOf("status", STATUSES).orElse(null),
                query.time("from").orElse(null),
                query.time("until").orElse(null),
                after.orElse(null),
                query.limit());
        return call -> !call.key().has(Scope.READ)
                ? Future.failedFuture(new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed scope: read")))
                : backend.books()
                        .redemptions(Cell.of(call.program().id()), wanted)
                        .compose(page -> Reveal.allowed(
                                        call,
                                        backend,
                                        page.redemptions().stream()
                                                .map(one -> one.transaction())
                                                .toList())
                                .map(revealed -> page(page, revealed)));
    }

    private Answer page(RedemptionPage page, boolean revealed) {
        RedemptionQuery.Cursor next = page.next();
        return Answer.ok(body -> {
                    body.writeStartObject();
                    body.writeArrayFieldStart("data");
                    for (RedemptionPage.Redemption one : page.redemptions()) {
                        json.of(one.transaction(), one.became(), revealed).write(body);
                    }
                    body.writeEndArray();
                    body.writeStringField("next_cursor", next == null ? null : next.text());
                    body.writeEndObject();
                })
                .noStore();
    }
}
