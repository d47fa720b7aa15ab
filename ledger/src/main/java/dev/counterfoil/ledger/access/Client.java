package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;

/** Who holds keys: a storefront, an issuer's back office. Idempotency keys are the client's, so rotating a key keeps them. */
public record Client(String id, String issuer, String name) {
    /** What every client's id begins with. */
    public static final String PREFIX = "cl_";

    public Client {
        if (!id.startsWith(PREFIX)) {
            throw new IllegalArgumentException("id: " + id + " (expected: " + PREFIX + "…)");
        }
        issuer = Fields.slug("/issuer", issuer);
        name = Fields.name("/name", name);
    }
}
