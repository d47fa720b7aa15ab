package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.catalog.Catalog;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * 调整: a holder's account is set right by hand: a balance by {@code delta}, down to zero, or a flag. A frozen account is
 * adjusted like any other; it is its holder who may not move it.
 *
 * @param ceiling what may still be adjusted; what is added and what is taken away both count
 */
public record AccountChange(Cell cell, IdempotencyKey key, String requestId, Wanted wanted, KeyCeiling ceiling)
        implements Rule {
    /**
     * What is asked for.
     *
     * @param asset as named by the caller, null where only a flag changes
     * @param delta what is added, below zero what is taken away
     * @param frozen the flag it gets, null to keep it
     * @param verified the flag it gets, null to keep it
     */
    public record Wanted(
            String account,
            @Nullable String asset,
            long delta,
            @Nullable Boolean frozen,
            @Nullable Boolean verified,
            String reason) {
        public Wanted {
            Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
        }

        /** The request in one fixed form, to be hashed. */
        public String canonical() {
            return new JsonArray()
                    .add("account")
                    .add(account)
                    .add(asset)
                    .add(delta)
                    .add(frozen)
                    .add(verified)
                    .add(reason)
                    .encode();
        }
    }

    @Override
    public Compiled compile(Catalog catalog, Instant now) {
        String named = wanted.asset();
        String asset = named == null ? catalog.program().assets().get(0) : Assets.resolved(catalog.program(), named);
        if (!catalog.program().assets().contains(asset)) {
            return new Declined(Refused.of(Refusal.ASSET_UNKNOWN, asset));
        }
        Leg leg = new AccountLeg(
                wanted.account(),
                asset,
                Long.signum(wanted.delta()),
                Math.abs(wanted.delta()),
                false,
                false,
                wanted.frozen(),
                wanted.verified());
        List<Leg> legs = new ArrayList<>(List.of(leg));
        legs.addAll(ceiling.legs(asset, Math.abs(wanted.delta()), now));
        JsonObject journaled = new JsonObject().put("account", wanted.account()).put("reason", wanted.reason());
        if (named != null) {
            journaled.put("asset", asset).put("delta", wanted.delta());
        }
        return new Ready(
                new Transaction(cell, TransactionType.ADJUSTMENT, key, requestId, catalog.version(), legs, journaled));
    }
}
