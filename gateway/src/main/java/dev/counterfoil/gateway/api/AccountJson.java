package dev.counterfoil.gateway.api;

import dev.counterfoil.ledger.Account;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A holder's account as the API shows it. */
final class AccountJson {
    private AccountJson() {}

    static JsonObject of(Account account) {
        JsonArray balances = new JsonArray();
        account.balances()
                .forEach((asset, balance) -> balances.add(new JsonObject()
                        .put("asset", asset)
                        .put("balance", balance)
                        .put("held", 0)));
        return new JsonObject()
                .put("id", account.id())
                .put("state", account.frozen() ? "frozen" : "active")
                .put("verified", account.verified())
                .put("balances", balances);
    }
}
