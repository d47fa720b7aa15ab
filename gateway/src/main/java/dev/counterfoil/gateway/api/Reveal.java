package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.Scope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may see past redemptions, and delivered codes in clear. Each time that codes may be seen is written to the log. */
final class Reveal {
    private static final Logger LOG = LoggerFactory.getLogger(Reveal.class);

    private Reveal() {}

    /** A key that stands in a public page redeems and looks up; what others redeemed is not for it. */
    static void requireSecretKey(Call call) {
        if (call.key().kind() == KeyKind.PUBLISHABLE) {
            throw new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed: a secret key"));
        }
    }

    static boolean allowed(Call call) {
        boolean allowed = call.key().has(Scope.CODES_REVEAL);
        if (allowed) {
            LOG.info(
                    "request {}: key {} sees codes in clear",
                    call.requestId(),
                    call.key().id());
        }
        return allowed;
    }
}
