package dev.counterfoil.ledger;

/**
 * Why a transaction was not posted. Codes up to 99 are those of {@code post.lua}; a test holds the script's constants
 * and these together. Within a transaction the first refusal that applies is the answer: the key's record, then
 * {@link #JOURNAL_FULL}, {@link #CATALOG_CHANGED}, then the legs in the order in which the rule placed them.
 */
public enum Refusal {
    /** The journal is at its bound. Never leaves the ledger: {@link LedgerFault.Overloaded} does. */
    JOURNAL_FULL(1, false),
    /** Compiled against a catalog that has changed since: compile again. Never leaves the ledger. */
    CATALOG_CHANGED(2, false),
    /** Compiled for a day or window that Redis' clock is not in: compile again. Never leaves the ledger. */
    STALE_DAY(3, false),

    SALE_NOT_OPEN(10, false),
    SALE_CLOSED(11, true),
    INSUFFICIENT_STOCK(12, false),

    /** No such secret, or another number than the one presented. */
    CARD_UNKNOWN(20, false),
    CARD_VOID(21, true),
    CARD_FROZEN(22, true),
    CARD_INACTIVE(23, true),
    CARD_EXPIRED(24, true),
    /** The card's type does not pay for this. */
    CARD_NOT_ACCEPTED(25, true),
    INSUFFICIENT_BALANCE(26, true),
    /** A card to be made has the id of one that exists. */
    CARD_EXISTS(27, true),
    /** The card's state or balance is not the one the rule requires, for example unused. */
    BALANCE_UNEXPECTED(28, true),

    /** The total in the card's asset is not the one the caller expected. */
    PRICE_CHANGED(29, false),

    ACCOUNT_FROZEN(30, true),
    ACCOUNT_UNVERIFIED(31, true),
    /** The card belongs to another account than the one that spends. */
    CARD_NOT_OWNED(32, true),

    /** The account's attributes are not those that the rule was compiled for: compile again. Never leaves the ledger. */
    ACCOUNT_UNEXPECTED(33, false),
    /** A balance, units or what is set aside of a balance would pass 2^53−1, beyond which the kernel is not exact. */
    BALANCE_LIMIT(34, false),

    QUOTA_EXCEEDED(40, true),
    /** The counter is not at what the rule was compiled for: compile again. Never leaves the ledger. */
    QUOTA_UNEXPECTED(41, false),

    /** The hold was captured, released or has lapsed, or there never was one. */
    HOLD_NOT_OPEN(50, true),
    /** Its deadline has come, whether or not what it holds was returned yet. */
    HOLD_EXPIRED(51, true),
    /** Its deadline is still to come. */
    HOLD_RUNNING(52, false),
    /** More was to be given back of a part than is left of it. */
    EXCEEDS_REMAINING(53, true),
    /** Something else followed the transaction meanwhile: compile again. Never leaves the ledger. */
    FOLLOWED(54, false),

    /** The key belongs to another request. */
    IDEMPOTENCY_KEY_REUSED(100, false),
    /** The rule knows no such item. */
    ITEM_UNKNOWN(101, false),
    /** The item's limits count per account and the request names none. */
    ACCOUNT_REQUIRED(102, false),
    /** Only goods are counted in units: codes have a pool, services neither. */
    ITEM_HAS_NO_STOCK(104, false),
    /** The rule knows no such asset in the program. */
    ASSET_UNKNOWN(105, false),
    /** A total was expected of a checkout that is paid in several assets. */
    TOTAL_IN_SEVERAL_ASSETS(106, false),
    /** The redemption has no such part, or several of which one has to be named. */
    PART_UNKNOWN(107, false),
    /** What is held was not spent yet: there is nothing to reverse. */
    STILL_HELD(108, false);

    private final int code;
    private final boolean pinned;

    Refusal(int code, boolean pinned) {
        this.code = code;
        this.pinned = pinned;
    }

    /** The number that stands for this refusal in {@code post.lua} and in idempotency records. */
    public int code() {
        return code;
    }

    /** Whether the refusal is final for its key: a replay gets the same answer, whatever has changed since. */
    public boolean pinned() {
        return pinned;
    }

    /** The refusal of {@code code}. */
    public static Refusal of(int code) {
        for (Refusal refusal : values()) {
            if (refusal.code == code) {
                return refusal;
            }
        }
        throw new IllegalArgumentException("refusal code: " + code + " (expected: one of this enum)");
    }
}
