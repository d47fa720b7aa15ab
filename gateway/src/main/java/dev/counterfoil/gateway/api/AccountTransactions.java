package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * {@code GET /v1/programs/{program}/accounts/{id}/transactions}: what an account took part in, newest first: what moved its
 * balances or flags, and what was redeemed for it by cards, without {@code movements}.
 */
public final class AccountTransactions implements Endpoint {
    private final Backend backend;

    public AccountTransactions(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        SequencePage page = call.query(SequencePage::read);
        return backend.settledAccounts()
                .transactions(Cell.of(call.program().id()), AccountPath.id(call), page.before(), page.oneMore())
                .map(found -> page.answer(found, AccountTransactions::json));
    }

    private static JsonObject json(JournaledTransaction one) {
        JsonArray movements = new JsonArray();
        for (int i = 0; i < one.legs().size(); i++) {
            JsonArray leg = one.legs().getJsonArray(i);
            if (leg.getString(0).equals("account") && leg.getLong(3) != 0) {
                JsonArray result = one.results().getJsonArray(i);
                movements.add(new JsonObject()
                        .put("asset", leg.getString(2))
                        .put("amount", leg.getLong(3) * result.getLong(0))
                        .put("balance_after", result.getLong(1)));
            }
        }
        return new JsonObject()
                .put("id", one.id().toString())
                .put("type", one.type())
                .put("created_at", Timestamps.text(one.at()))
                .put("reference", one.request().getString("reference"))
                .put("reason", one.request().getString("reason"))
                .put("movements", movements);
    }
}
