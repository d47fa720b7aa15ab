package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.rules.AccountChange;
import dev.counterfoil.ledger.rules.AccountChange.Wanted;
import dev.counterfoil.ledger.rules.KeyCeiling;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/programs/{program}/accounts/{id}/adjustments} and {@code …/freeze}, {@code unfreeze}, {@code verify},
 * {@code unverify}: a balance or a flag is set right by hand, with a reason.
 */
public final class ChangeAccount implements Endpoint {
    static final Text REASON = Text.upTo(200);

    private final Backend backend;
    private final Kind kind;

    public ChangeAccount(Backend backend, Kind kind) {
        this.backend = backend;
        this.kind = kind;
    }

    /** What is done to the account: a balance is adjusted, or a flag set. */
    public enum Kind {
        ADJUST(null, null),
        FREEZE(true, null),
        UNFREEZE(false, null),
        VERIFY(null, true),
        UNVERIFY(null, false);

        private final @Nullable Boolean frozen;
        private final @Nullable Boolean verified;

        Kind(@Nullable Boolean frozen, @Nullable Boolean verified) {
            this.frozen = frozen;
            this.verified = verified;
        }

        private Wanted read(String account, RequestFields fields) {
            String asset = this == ADJUST ? fields.text("asset", PutItem.ASSET) : null;
            long delta = this == ADJUST ? fields.integer("delta", -Amounts.MAX, Amounts.MAX) : 0;
            if (this == ADJUST && delta == 0) {
                fields.reject("delta", "0 (expected: what to add, or below zero to take away)");
            }
            return new Wanted(account, asset, delta, frozen, verified, fields.text("reason", REASON));
        }
    }

    @Override
    public Future<Answer> handle(Call call) {
        String account = AccountPath.id(call);
        Wanted wanted = call.read(fields -> kind.read(account, fields));
        Cell cell = Cell.of(call.program().id());
        IdempotencyKey key = Keys.of(call, backend, wanted.canonical());
        KeyCeiling ceiling = KeyCeiling.of(call.key(), Ceilings.Kind.ADJUSTED, call.program());
        return backend.posting()
                .post(cell, key, new AccountChange(cell, key, call.requestId(), wanted, ceiling))
                .map(ChangeAccount::answer);
    }

    /** Rendered from what was journaled, so that a replay is the same. */
    private static Answer answer(Outcome outcome) {
        if (outcome instanceof Refused) {
            return Refusals.answer((Refused) outcome);
        }
        JournaledTransaction posted = ((Posted) outcome).transaction();
        JsonObject request = posted.request();
        JsonObject body = new JsonObject()
                .put("id", posted.id().toString())
                .put("type", posted.type())
                .put("account", request.getString("account"))
                .put("reason", request.getString("reason"));
        if (request.containsKey("asset")) {
            body.put("asset", request.getString("asset"))
                    .put("delta", request.getLong("delta"))
                    .put("balance", posted.results().getJsonArray(0).getLong(1));
        }
        flag(posted, 4, "frozen", body);
        flag(posted, 5, "verified", body);
        Answer created = Answer.created(
                        body.put("durability", posted.durability().label())
                                .put("created_at", Timestamps.text(posted.at())))
                .noStore();
        return outcome.replayed() ? created.withHeader("Idempotency-Replayed", "true") : created;
    }

    private static void flag(JournaledTransaction posted, int place, String name, JsonObject body) {
        String set = posted.legs().getJsonArray(0).getString(place);
        if (!set.isEmpty()) {
            body.put(name, set.equals("1"));
        }
    }
}
