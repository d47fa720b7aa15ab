package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Who may see past redemptions, and delivered codes in clear. Each time that codes are seen is in the audit. */
final class Reveal {
    private Reveal() {}

    /** A key that stands in a public page redeems and looks up; what others redeemed is not for it. */
    static void requireSecretKey(Call call) {
        if (call.key().kind() == KeyKind.PUBLISHABLE) {
            throw new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed: a secret key"));
        }
    }

    /**
     * Whether the caller may see the codes of {@code redemptions} in the clear. Where there are any and it may, the audit has it before
     * the answer; so it fails with {@code DatabaseUnavailable} while PostgreSQL is away.
     */
    static Future<Boolean> allowed(Call call, Backend backend, List<JournaledTransaction> redemptions) {
        if (!call.key().has(Scope.CODES_REVEAL)) {
            return Future.succeededFuture(false);
        }
        JsonArray revealed = new JsonArray();
        for (JournaledTransaction one : redemptions) {
            if (one.legs().stream()
                    .anyMatch(leg -> ((JsonArray) leg).getString(0).equals("codes"))) {
                revealed.add(one.id().toString());
            }
        }
        return revealed.isEmpty()
                ? Future.succeededFuture(true)
                : backend.administration()
                        .audit()
                        .add(
                                call.actor(),
                                call.program().issuer(),
                                "codes.reveal",
                                "program:" + call.program().id(),
                                new JsonObject().put("redemptions", revealed))
                        .map(true);
    }
}
