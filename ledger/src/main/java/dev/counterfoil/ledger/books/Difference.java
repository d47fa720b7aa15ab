package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import io.vertx.core.json.JsonObject;

/**
 * One thing on which the two sides differ.
 *
 * @param what {@code balance}, {@code held}, {@code state}, {@code expiry}, {@code owner}, {@code flags}, {@code lots}, {@code
 *     quota}, {@code hold}, {@code units}, {@code codes}, {@code card}, {@code dead letter} (the books wait for a person),
 *     {@code sequence}, {@code settlement},
 *     {@code total} or {@code cell}
 * @param subject the card's API id, the item's sku, the asset; empty where the cell itself is meant
 * @param expected as Redis, or the postings, have it
 * @param found as PostgreSQL has it, brought to the same sequence
 */
public record Difference(Cell cell, String what, String subject, String expected, String found) {
    JsonObject toJson() {
        return new JsonObject()
                .put("cell", cell.toString())
                .put("what", what)
                .put("subject", subject)
                .put("expected", expected)
                .put("found", found);
    }
}
