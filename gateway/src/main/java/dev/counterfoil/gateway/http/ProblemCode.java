package dev.counterfoil.gateway.http;

import java.util.Locale;

/** The stable codes of every answer that is not a success. v1 only adds codes and never changes what one means. */
public enum ProblemCode {
    INVALID_REQUEST(400, true, "The request is not valid"),
    IDEMPOTENCY_KEY_MISSING(400, false, "The header Idempotency-Key is missing or malformed"),
    UNAUTHENTICATED(401, false, "A valid API key is needed"),
    FORBIDDEN(403, false, "The API key has not the scope for this"),
    NOT_FOUND(404, false, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, false, "The method does not apply here"),
    REQUEST_TIMEOUT(408, true, "The request did not arrive in time"),
    PAYLOAD_TOO_LARGE(413, false, "The body is too large"),
    URI_TOO_LONG(414, false, "The request line is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, false, "The body's media type is not supported"),

    CARD_INACTIVE(409, false, "The card is not active yet"),
    CARD_FROZEN(409, false, "The card is frozen"),
    CARD_VOID(409, false, "The card is void"),
    CARD_EXPIRED(409, false, "The card has expired"),
    CARD_NOT_ACCEPTED(409, false, "The card does not pay for this"),
    CARD_NOT_OWNED(409, false, "The card belongs to another account"),
    ACCOUNT_FROZEN(409, false, "The account is frozen"),
    ACCOUNT_UNVERIFIED(409, false, "The account is not verified"),
    SALE_NOT_OPEN(409, true, "The sale is not open yet"),
    SALE_CLOSED(409, false, "The sale is closed"),
    INSUFFICIENT_BALANCE(409, false, "The balance is too small"),
    INSUFFICIENT_STOCK(409, true, "Not enough stock"),
    QUOTA_EXCEEDED(409, false, "A limit is reached"),
    PRICE_CHANGED(409, false, "The total is not the expected one"),
    HOLD_NOT_OPEN(409, false, "The hold is not open any more"),
    HOLD_EXPIRED(409, false, "The hold has expired"),
    EXCEEDS_REMAINING(409, false, "More than what remains"),
    BALANCE_LIMIT_EXCEEDED(409, true, "A balance would become too large"),
    BATCH_ALREADY_DELIVERED(409, false, "The batch was delivered already"),
    CARD_EXISTS(409, false, "There is such a card already"),

    CARD_NOT_REDEEMABLE(422, true, "The card cannot be redeemed"),
    IDEMPOTENCY_KEY_REUSED(422, false, "The Idempotency-Key belongs to another request"),

    RATE_LIMITED(429, true, "Too many requests"),
    TOO_MANY_FAILED_ATTEMPTS(429, true, "Too many failed attempts"),
    CHALLENGE_REQUIRED(429, true, "Solve the challenge and send what was found in Counterfoil-Proof"),

    HEADERS_TOO_LARGE(431, false, "The headers are too large"),

    OUTCOME_UNKNOWN(503, true, "The outcome is unknown: retry with the same Idempotency-Key"),
    OVERLOADED(503, true, "Too busy: nothing was posted"),
    LEDGER_UNAVAILABLE(503, true, "The ledger cannot be reached: nothing was posted"),
    LEDGER_COLD(503, true, "The ledger is being rebuilt: nothing was posted"),

    /** A defect of ours, never the answer to something a caller may send. */
    INTERNAL_ERROR(500, false, "An error of the gateway");

    private final int status;
    private final boolean retryable;
    private final String title;
    private final String token = name().toLowerCase(Locale.ROOT);

    ProblemCode(int status, boolean retryable, String title) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
    }

    public int status() {
        return status;
    }

    /**
     * Whether the same Idempotency-Key may still post later: no final answer was given under it, so that the request may be
     * sent again, corrected where it was at fault. A {@link Problem} may say otherwise.
     */
    public boolean retryable() {
        return retryable;
    }

    public String title() {
        return title;
    }

    /** The code as it stands in answers. */
    public String token() {
        return token;
    }
}
