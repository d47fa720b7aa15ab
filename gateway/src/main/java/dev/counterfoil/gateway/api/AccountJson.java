package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Account;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** A holder's account as the API shows it. */
final class AccountJson {
    private AccountJson() {}

    static JsonObject of(Account account) {
        JsonArray balances = new JsonArray();
        account.balances().forEach((asset, balance) -> balances.add(balance(asset, balance)));
        return new JsonObject()
                .put("id", account.id())
                .put("state", account.frozen() ? "frozen" : "active")
                .put("verified", account.verified())
                .put("balances", balances);
    }

    private static JsonObject balance(String asset, Account.Balance balance) {
        JsonObject body = new JsonObject()
                .put("asset", asset)
                .put("balance", balance.amount())
                .put("held", balance.held());
        if (!balance.lots().isEmpty()) {
            JsonArray lots = new JsonArray();
            balance.lots()
                    .forEach(lot -> lots.add(new JsonObject()
                            .put("tag", lot.tag())
                            .put("amount", lot.amount())
                            .put(
                                    "expires_at",
                                    lot.expiresAtMs() == 0
                                            ? null
                                            : Timestamps.text(Instant.ofEpochMilli(lot.expiresAtMs())))));
            body.put("lots", lots);
        }
        return body;
    }
}
