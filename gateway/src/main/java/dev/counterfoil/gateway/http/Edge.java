package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.catalog.Catalog;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the routes are made of.
 *
 * @param keys the caller that a presented key names, from memory
 * @param catalogs the catalog of a program by its id, from memory
 * @param maxBodyBytes the largest JSON body
 */
public record Edge(
        Function<String, Optional<Caller>> keys,
        Function<String, Optional<Catalog>> catalogs,
        Readiness readiness,
        Metrics metrics,
        int maxBodyBytes) {}
