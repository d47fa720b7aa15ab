package dev.counterfoil.ledger.aftersale;

import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.rules.GivenBack;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.Redeemed;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.rules.Rule;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A step becomes a transaction, from the redemption and where it stands alone. */
final class StepRule {
    private final IdempotencyKey key;
    private final String requestId;
    private final Redeemed redeemed;
    private final Step step;
    private final ReversalPolicy policy;
    private final KeyCeiling ceiling;
    private final Duration countedFor;
    private final Duration validFor;

    /**
     * @param ceiling what may still be given back by reversals
     * @param countedFor how long the count of what returned outlives it
     * @param validFor how long before and after the reading the script may take the step
     */
    StepRule(
            IdempotencyKey key,
            String requestId,
            Redeemed redeemed,
            Step step,
            ReversalPolicy policy,
            KeyCeiling ceiling,
            Duration countedFor,
            Duration validFor) {
        this.ceiling = ceiling;
        this.countedFor = countedFor;
        this.validFor = validFor;
        this.key = key;
        this.requestId = requestId;
        this.redeemed = redeemed;
        this.step = step;
        this.policy = policy;
    }

    Rule.Compiled compile(Standing standing) {
        boolean reversal = step.kind() == Step.Kind.REVERSAL;
        if (reversal && standing.open()) {
            return new Rule.Declined(Refused.of(Refusal.STILL_HELD));
        }
        Portion.Measured back = reversal ? reversed(standing) : returned();
        if (back.refusal().isPresent()) {
            return new Rule.Declined(back.refusal().get());
        }
        GivenBack giving = new GivenBack(redeemed, standing.returned(), back.parts());
        List<Leg> legs = reversal ? giving.reversal(policy, step.returnCodes()) : giving.endOfHold();
        legs.add(
                0,
                new FollowLeg(
                        redeemed.transaction().sequence(),
                        step.kind().closing(),
                        state(standing, giving.wholly(back.parts())),
                        Math.max(0, standing.readAtMs() - validFor.toMillis()),
                        standing.untilMs(),
                        standing.readAtMs() + countedFor.toMillis(),
                        giving.parts()));
        if (reversal) {
            legs.addAll(ceiling.legs(amounts(back.parts()), Instant.ofEpochMilli(standing.readAtMs())));
        }
        return new Rule.Ready(new Transaction(
                redeemed.transaction().cell(), step.kind().type(), key, requestId, null, legs, request()));
    }

    /** Of what is given back, the amounts, by asset. */
    private Map<String, Long> amounts(Map<String, Long> parts) {
        Map<String, Long> amounts = new TreeMap<>();
        redeemed.payers()
                .forEach(payer -> amounts.put(payer.asset(), parts.getOrDefault(Redeemed.amountOf(payer.asset()), 0L)));
        return amounts;
    }

    private Portion.Measured reversed(Standing standing) {
        SortedMap<String, Long> left = redeemed.wholes();
        left.replaceAll((part, whole) -> whole - standing.returned().getOrDefault(part, 0L));
        if (left.values().stream().allMatch(each -> each == 0)) {
            return Portion.Measured.refused(Refusal.EXCEEDS_REMAINING, "", 0, 0);
        }
        return step.portion().of(redeemed, left);
    }

    private Portion.Measured returned() {
        return step.kind() == Step.Kind.CAPTURE
                ? step.portion().allBut(redeemed)
                : Portion.WHOLE.of(redeemed, redeemed.wholes());
    }

    /** @param returning every part with what returns of it now */
    private String state(Standing standing, SortedMap<String, Long> returning) {
        return switch (step.kind()) {
            case CAPTURE -> Became.captured(returning);
            case RELEASE -> "r";
            case EXPIRY -> "x";
            case REVERSAL -> standing.state();
        };
    }

    private JsonObject request() {
        JsonObject asked = redeemed.transaction().request();
        JsonObject request =
                new JsonObject().put("of", redeemed.transaction().id().toString());
        copy(request, "account", asked.getString("account"));
        copy(request, "reference", asked.getString("reference"));
        copy(request, "reason", step.reason());
        return request;
    }

    private static void copy(JsonObject to, String field, @Nullable String value) {
        if (value != null) {
            to.put(field, value);
        }
    }
}
