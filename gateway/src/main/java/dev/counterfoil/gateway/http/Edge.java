package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.signatures.RequestSignatures;
import dev.counterfoil.ledger.access.AddressRange;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the routes are made of.
 *
 * @param keys the access keys, in memory
 * @param used told of every key that a request was let in with; must not block
 * @param signatures what signed requests are verified by
 * @param programs a program by its id, from memory; known also while its ledger is cold
 * @param catalogs the catalog of a program by its id, from memory
 * @param rates what a request counts against
 * @param maxBodyBytes the largest JSON body
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 * @param docs whether the try-it page is served
 * @param admission what is refused before it costs anything
 * @param metricsApart whether metrics are served on a port of their own
 */
public record Edge(
        KeyRing keys,
        Consumer<ApiKey> used,
        RequestSignatures signatures,
        Function<String, Optional<Program>> programs,
        Function<String, Optional<Catalog>> catalogs,
        Readiness readiness,
        Metrics metrics,
        RequestRates rates,
        int maxBodyBytes,
        List<AddressRange> trustedProxies,
        boolean docs,
        Admission admission,
        boolean metricsApart) {}
