package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.JsonBody;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.aftersale.Step;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.RedemptionRequest;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/programs/{program}/redemptions/{id}/capture}, {@code …/release} and {@code …/reverse}: a hold ends, or what
 * was redeemed is given back, whole or in part. A client does so to its own redemptions; with the scope read, to any.
 */
public final class StepRedemption implements Endpoint {
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND));

    private final Backend backend;
    private final RedemptionJson json;
    private final Step.Kind kind;

    public StepRedemption(Backend backend, RedemptionJson json, Step.Kind kind) {
        this.backend = backend;
        this.json = json;
        this.kind = kind;
    }

    @Override
    public Future<Answer> handle(Call call) {
        Reveal.requireSecretKey(call);
        Step step = call.read(this::step);
        IdempotencyKey key = Keys.of(call, backend, step.canonical(call.path("id")));
        if (step.returnCodes() && !call.key().has(Scope.ISSUE) && !call.key().has(Scope.CATALOG)) {
            throw new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed to return codes: issue or catalog"));
        }
        KeyCeiling ceiling = KeyCeiling.of(call.key(), Ceilings.Kind.REVERSED, call.program());
        return GetRedemption.transaction(call, backend)
                .map(found -> found.filter(one -> one.type().equals(TransactionType.REDEMPTION.label())))
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(NOT_FOUND)
                        : backend.afterSale()
                                .post(key, call.requestId(), found.get(), step, ceiling)
                                .map(outcome -> answer(found.get(), outcome)));
    }

    private Step step(RequestFields fields) {
        if (kind == Step.Kind.RELEASE) {
            return Step.of(kind);
        }
        Portion portion = portion(fields);
        return kind == Step.Kind.CAPTURE
                ? new Step(kind, portion, false, null)
                : new Step(
                        kind,
                        portion,
                        fields.optionalFlag("return_codes").orElse(false),
                        fields.text("reason", ChangeAccount.REASON));
    }

    /** {@code quantity} of the only line, {@code items} of several, an {@code amount}, or nothing for all of it. */
    private static Portion portion(RequestFields fields) {
        int given = 0;
        for (String name : new String[] {"quantity", "items", "amount"}) {
            given += fields.has(name) ? 1 : 0;
            fields.mayHave(name);
        }
        if (given > 1) {
            fields.reject("", "several of quantity, items, amount (expected: one at most)");
            return Portion.WHOLE;
        } else if (fields.has("items")) {
            Map<String, Long> units = new HashMap<>();
            var read = fields.objects("items", 1, RedemptionRequest.MOST_LINES, each -> {
                String item = each.text("item", RedemptionFields.SKU);
                if (units.put(item, each.integer("quantity", 1, RedemptionRequest.MOST_QUANTITY)) != null) {
                    each.reject("item", "stands in an earlier line too (expected: one line an item)");
                }
                return item;
            });
            return read.isEmpty() ? Portion.WHOLE : new Portion(null, units, null, null);
        } else if (fields.has("amount")) {
            return amount(fields);
        }
        OptionalLong quantity = fields.optionalInteger("quantity", 1, RedemptionRequest.MOST_QUANTITY);
        return quantity.isEmpty() ? Portion.WHOLE : new Portion(quantity.getAsLong(), Map.of(), null, null);
    }

    /** An integer where one asset paid, else an object with its asset. */
    private static Portion amount(RequestFields fields) {
        if (!fields.isObject("amount")) {
            return new Portion(null, Map.of(), fields.integer("amount", 1, Amounts.MAX), null);
        }
        return fields.optionalObject("amount", each -> {
                    @Nullable
                    String asset = each.optionalText("asset", PutItem.ASSET).orElse(null);
                    return new Portion(null, Map.of(), each.amount("value"), asset);
                })
                .orElse(Portion.WHOLE);
    }

    /** Rendered from what was journaled, so that a replay is the same, whatever followed since. */
    private Answer answer(JournaledTransaction redemption, Outcome outcome) {
        if (outcome instanceof Refused) {
            return Refusals.answer((Refused) outcome);
        }
        JournaledTransaction posted = ((Posted) outcome).transaction();
        JsonBody body = kind == Step.Kind.REVERSAL ? ReversalJson.of(posted) : json.after(posted, redemption);
        Answer answer = (kind == Step.Kind.REVERSAL ? Answer.created(body) : Answer.ok(body)).noStore();
        return outcome.replayed() ? answer.withHeader("Idempotency-Replayed", "true") : answer;
    }
}
