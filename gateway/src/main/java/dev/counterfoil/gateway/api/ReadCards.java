package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.settlement.SettledCards;
import dev.counterfoil.ledger.settlement.SettledCards.SettledCard;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/programs/{program}/cards}, {@code …/{id}} and {@code …/{id}/transactions}: cards as the books have them. */
final class ReadCards {
    private static final Text NUMBER =
            Text.matching(64, "(?=.*[0-9A-Za-z])[0-9A-Za-z -]{1,64}", "a card's number, as printed or without spaces");
    private static final Text CURSOR = Text.matching(32, "[0-9A-Z]{1,32}", "next_cursor of the page before");
    private static final Text BATCH = Text.matching(23, "bt_[A-Za-z0-9_-]{20}", "a batch's id, bt_…");
    private static final List<String> STATES = List.of("inactive", "active", "frozen", "void", "expired");
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no such card"));

    private final Backend backend;

    ReadCards(Backend backend) {
        this.backend = backend;
    }

    Future<Answer> list(Call call) {
        SettledCards.Wanted wanted = call.query(query -> new SettledCards.Wanted(
                query.text("number", NUMBER)
                        // No card has a number that has no normal form.
                        .map(typed -> CardNumbers.normalise(typed).orElse(typed))
                        .orElse(null),
                query.text("batch", BATCH).orElse(null),
                query.text("account", RedemptionFields.ACCOUNT).orElse(null),
                query.oneOf("state", STATES).orElse(null),
                query.text("cursor", CURSOR).orElse(null),
                query.limit() + 1));
        return backend.settledCards().list(cell(call), wanted).compose(found -> {
            String next = found.size() < wanted.limit()
                    ? null
                    : found.get(found.size() - 2).card().number();
            List<SettledCard> page = next == null ? found : found.subList(0, found.size() - 1);
            return shown(call, page).map(cards -> page(new JsonArray(cards), next));
        });
    }

    Future<Answer> one(Call call) {
        return call.query(none -> Boolean.TRUE)
                ? find(
                        call,
                        found -> shown(call, List.of(found))
                                .map(cards -> Answer.ok(cards.get(0)).noStore()))
                : Future.succeededFuture(NOT_FOUND);
    }

    Future<Answer> transactions(Call call) {
        SequencePage page = call.query(SequencePage::read);
        return find(
                call,
                found -> backend.settledCards()
                        .transactions(cell(call), found.card().id(), page.before(), page.oneMore())
                        .map(moved -> page.answer(moved, one -> movement(one, found))));
    }

    private Future<Answer> find(Call call, Function<SettledCard, Future<Answer>> then) {
        String id = call.path("id");
        if (!id.startsWith(CardJson.PREFIX)) {
            return Future.succeededFuture(NOT_FOUND);
        }
        return backend.settledCards()
                .find(cell(call), id.substring(CardJson.PREFIX.length()))
                .compose(found -> found.map(then).orElseGet(() -> Future.succeededFuture(NOT_FOUND)));
    }

    /** With how often each was looked up before it was active; without, where Redis does not say: the books do not depend on it. */
    private Future<List<JsonObject>> shown(Call call, List<SettledCard> cards) {
        List<String> ids = cards.stream().map(one -> one.card().id()).toList();
        return backend.guard()
                .inactiveLookups(call.program().id(), ids)
                .recover(away -> Future.succeededFuture(List.of()))
                .map(lookups -> {
                    List<JsonObject> shown = cards.stream().map(ReadCards::json).toList();
                    for (int i = 0; i < lookups.size(); i++) {
                        shown.get(i).put("inactive_lookups", lookups.get(i));
                    }
                    return shown;
                });
    }

    /** Unlike a holder, an issuer is shown what is on a card also while it cannot be spent. */
    private static JsonObject json(SettledCard found) {
        JsonObject body =
                CardJson.of(found.card()).put("balance", found.card().balance()).put("batch", found.batch());
        String owner = found.card().owner();
        return owner == null ? body : body.put("account", owner);
    }

    private static JsonObject movement(JournaledTransaction one, SettledCard of) {
        JsonObject body = new JsonObject()
                .put("id", one.id().toString())
                .put("type", one.type())
                .put("created_at", Timestamps.text(one.at()))
                .put("asset", of.card().asset())
                .put("reference", one.request().getString("reference"))
                .put("reason", one.request().getString("reason"));
        long amount = 0;
        for (int i = 0; i < one.legs().size(); i++) {
            JsonArray leg = one.legs().getJsonArray(i);
            JsonArray result = one.results().getJsonArray(i);
            if (leg.getString(0).equals("card")
                    && result.getString(0).equals(of.card().id())) {
                amount += leg.getLong(1) * result.getLong(4);
                body.put("balance_after", result.getLong(5));
            } else if (leg.getString(0).equals("new_card")
                    && leg.getString(1).equals(of.card().id())) {
                amount += leg.getLong(5);
                body.put("balance_after", leg.getLong(5));
            }
        }
        return body.put("amount", amount);
    }

    private static Answer page(JsonArray data, @Nullable String next) {
        return Answer.ok(new JsonObject().put("data", data).put("next_cursor", next))
                .noStore();
    }

    private static Cell cell(Call call) {
        return Cell.of(call.program().id());
    }
}
