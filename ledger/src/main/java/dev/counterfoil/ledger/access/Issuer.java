package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;

/** A tenant: owns programs and clients. {@code id} is a slug. */
public record Issuer(String id, String name) {
    public Issuer {
        id = Fields.slug("/id", id);
        name = Fields.name("/name", name);
    }
}
