package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.LimitsSettings;
import dev.counterfoil.gateway.settings.SignaturesSettings;
import dev.counterfoil.gateway.signatures.RequestSignatures;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Programs, keys and endpoints for tests of what lies in front of the API's own. */
final class Samples {
    private Samples() {}

    static Program program(String id, String issuer) {
        return new Program(
                id, issuer, id, ZoneId.of("UTC"), Mode.TEST, List.of("CNY"), Limits.NONE, List.of(), Instant.EPOCH, 1);
    }

    /** A secret key of {@code acme}'s. */
    static ApiKey key(String id, Set<Scope> scopes, KeyTerms terms) {
        return new ApiKey(
                id, "cl_1", "acme", KeyKind.SECRET, scopes, null, "test", Instant.EPOCH, null, null, 1, id, terms);
    }

    static RequestSignatures noSignatures() {
        return new RequestSignatures(
                SignaturesSettings.defaults(),
                (client, id) -> Optional.empty(),
                (key, nonce, validFor) -> Future.failedFuture(new LedgerFault.Unavailable("no memory")),
                Clock.systemUTC());
    }

    static RequestRates noLimits() {
        return new RequestRates(
                new LimitsSettings(Rate.OFF, Rate.OFF, Rate.OFF),
                (limit, rate, tokens) -> Future.failedFuture(new LedgerFault.Unavailable("no source")),
                (delayMs, task) -> {});
    }

    /** The endpoints of the API are tested on a real ledger; here only what lies in front of them. */
    static Endpoints echoes() {
        Endpoint echo = Samples::echo;
        return new Endpoints(
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                call -> Future.succeededFuture(),
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                echo,
                new AdministrationEndpoints(
                        echo, echo, echo, echo, echo, echo, echo, echo, echo, echo, echo, echo, echo));
    }

    /** Answers what it was asked. */
    static Future<Answer> echo(Call call) {
        String key = call.idempotencyKey();
        long amount = call.read(body -> body.amount("amount"));
        return Future.succeededFuture(Answer.created(new JsonObject()
                        .put("amount", amount)
                        .put("key", key)
                        .put("program", call.program().id())
                        .put("client", call.key().client()))
                .withHeader("Idempotency-Replayed", "true"));
    }
}
