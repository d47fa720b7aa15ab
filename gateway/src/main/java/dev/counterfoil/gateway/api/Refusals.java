package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Refused;
import java.time.Instant;

/** How the ledger's refusals read over HTTP. The one place where a refusal gets its code. */
final class Refusals {
    private Refusals() {}

    static Answer answer(Refused refused) {
        Answer answer = Answer.of(problem(refused));
        return refused.replayed() ? answer.withHeader("Idempotency-Replayed", "true") : answer;
    }

    static Problem problem(Refused refused) {
        Problem problem = switch (refused.reason()) {
            case IDEMPOTENCY_KEY_REUSED -> Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED);
            case ITEM_UNKNOWN -> Problem.of(ProblemCode.NOT_FOUND, "no such item: " + refused.name());
            case ITEM_HAS_NO_STOCK -> Problem.invalid("", "stock is counted for goods only: " + refused.name());
            case ACCOUNT_REQUIRED -> Problem.invalid("/account", "missing: limits per account apply");
            case PRICE_CHANGED -> Problem.of(ProblemCode.PRICE_CHANGED);
            case SALE_NOT_OPEN -> notOpen(refused);
            case SALE_CLOSED -> Problem.of(ProblemCode.SALE_CLOSED);
            case INSUFFICIENT_STOCK -> Problem.of(ProblemCode.INSUFFICIENT_STOCK, asked(refused, "units"));
            case CARD_UNKNOWN -> Problem.of(ProblemCode.CARD_NOT_REDEEMABLE);
            case CARD_INACTIVE -> Problem.of(ProblemCode.CARD_INACTIVE);
            case CARD_FROZEN -> Problem.of(ProblemCode.CARD_FROZEN);
            case CARD_VOID -> Problem.of(ProblemCode.CARD_VOID);
            case CARD_EXPIRED -> Problem.of(ProblemCode.CARD_EXPIRED);
            case CARD_NOT_ACCEPTED -> Problem.of(ProblemCode.CARD_NOT_ACCEPTED);
            case INSUFFICIENT_BALANCE -> Problem.of(ProblemCode.INSUFFICIENT_BALANCE, asked(refused, "of the asset"));
            case BALANCE_LIMIT ->
                Problem.of(
                        ProblemCode.BALANCE_LIMIT_EXCEEDED,
                        refused.limit() + " more to " + refused.used() + " would pass " + Amounts.MAX);
            case ACCOUNT_FROZEN -> Problem.of(ProblemCode.ACCOUNT_FROZEN);
            case ACCOUNT_UNVERIFIED -> Problem.of(ProblemCode.ACCOUNT_UNVERIFIED);
            case ASSET_UNKNOWN -> Problem.invalid("", "no such asset in this program: " + refused.name());
            case TOTAL_IN_SEVERAL_ASSETS ->
                Problem.invalid("/expected_total", "the lines are paid in several assets (expected: one)");
            case QUOTA_EXCEEDED ->
                Problem.quotaExceeded(new Problem.Quota(
                        refused.name(),
                        refused.limit(),
                        refused.used(),
                        refused.resetsAtMs() == 0 ? null : Instant.ofEpochMilli(refused.resetsAtMs())));
            case CARD_NOT_OWNED -> Problem.of(ProblemCode.CARD_NOT_OWNED);
            case HOLD_NOT_OPEN -> Problem.of(ProblemCode.HOLD_NOT_OPEN);
            case HOLD_EXPIRED -> Problem.of(ProblemCode.HOLD_EXPIRED);
            case EXCEEDS_REMAINING -> Problem.of(ProblemCode.EXCEEDS_REMAINING, remaining(refused));
            case STILL_HELD -> Problem.of(ProblemCode.EXCEEDS_REMAINING, "it is held: capture or release it");
            case PART_UNKNOWN -> Problem.invalid(refused.name(), "the redemption has no such part, or several");
            case JOURNAL_FULL,
                    CATALOG_CHANGED,
                    STALE_DAY,
                    CARD_EXISTS,
                    BALANCE_UNEXPECTED,
                    HOLD_RUNNING,
                    FOLLOWED,
                    ACCOUNT_UNEXPECTED,
                    QUOTA_UNEXPECTED -> throw new IllegalStateException("never leaves the ledger: " + refused.reason());
        };
        return refused.requestId().isEmpty() ? problem : problem.firstAnsweredTo(refused.requestId());
    }

    private static Problem notOpen(Refused refused) {
        Instant opens = Instant.ofEpochMilli(refused.resetsAtMs());
        return Problem.of(ProblemCode.SALE_NOT_OPEN, "opens at " + opens);
    }

    private static String remaining(Refused refused) {
        return refused.name().isEmpty()
                ? "nothing is left of it"
                : "asked for " + refused.limit() + " of " + refused.name() + ", left are " + refused.used();
    }

    private static String asked(Refused refused, String what) {
        return "asked for " + refused.limit() + " " + what + ", there are " + refused.used();
    }
}
