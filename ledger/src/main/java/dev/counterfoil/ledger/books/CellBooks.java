package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.List;

/**
 * What was compared in one cell.
 *
 * @param settled sequence up to which the totals run
 * @param cards compared with Redis
 * @param accounts balances of holders compared with Redis
 * @param items compared with Redis: units and code pool
 * @param quotas counters of limits compared with Redis
 * @param differing how many of all things compared differ
 */
public record CellBooks(
        Cell cell,
        long settled,
        long cards,
        long accounts,
        long items,
        long quotas,
        long differing,
        List<Total> totals) {
    public CellBooks {
        totals = List.copyOf(totals);
    }

    /** What was issued of an asset and where it is: issued = balances + held + redeemed + voided + adjusted + expired. */
    public record Total(
            String asset,
            BigInteger issued,
            BigInteger balances,
            BigInteger held,
            BigInteger redeemed,
            BigInteger voided,
            BigInteger adjusted,
            BigInteger expired) {
        JsonObject toJson() {
            return new JsonObject()
                    .put("asset", asset)
                    .put("issued", issued)
                    .put("balances", balances)
                    .put("held", held)
                    .put("redeemed", redeemed)
                    .put("void", voided)
                    .put("adjusted", adjusted)
                    .put("expired", expired);
        }
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("cell", cell.toString())
                .put("settled", settled)
                .put("cards", cards)
                .put("accounts", accounts)
                .put("items", items)
                .put("quotas", quotas)
                .put("differing", differing)
                .put("totals", new JsonArray(totals.stream().map(Total::toJson).toList()));
    }
}
