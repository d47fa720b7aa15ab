package dev.counterfoil.ledger;

/**
 * Nothing was posted.
 *
 * @param requestId id of the request that was refused first, empty when the refusal was not made by the kernel
 * @param name of the quota that refused, else empty
 * @param limit what was allowed (a quota's limit) or asked for (a balance, units), else 0
 * @param used what was used (a quota) or there (a balance, units), else 0
 * @param resetsAtMs when the answer may change: the quota's next window, the opening of the sale; ms, 0 = never
 */
public record Refused(
        Refusal reason, String requestId, String name, long limit, long used, long resetsAtMs, boolean replayed)
        implements Outcome {
    /** A refusal that the rule itself makes. */
    public static Refused of(Refusal reason) {
        return new Refused(reason, "", "", 0, 0, 0, false);
    }

    /** The same, naming what was refused: an item, a field. */
    public static Refused of(Refusal reason, String name) {
        return new Refused(reason, "", name, 0, 0, 0, false);
    }
}
