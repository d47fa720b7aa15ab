package dev.counterfoil.ledger.settlement;

/**
 * Between which accounts a leg moves value. Every posting takes from its debit account and gives to its credit account, so the
 * balance of an account is what was credited less what was debited; {@code issued}, {@code stock-in} and {@code codes-in} are
 * where value comes from and go below zero.
 *
 * <table>
 * <caption>Accounts</caption>
 * <tr><th>leg</th><th>debit</th><th>credit</th><th>asset</th></tr>
 * <tr><td>new card</td><td>{@code issued}</td><td>{@code card:<id>}</td><td>the card's</td></tr>
 * <tr><td>card debited by a redemption</td><td>{@code card:<id>}</td><td>{@code redeemed}</td><td>the card's</td></tr>
 * <tr><td>card debited by a reversal</td><td>{@code card:<id>}</td><td>{@code void}</td><td>the card's</td></tr>
 * <tr><td>card moved by an adjustment</td><td>{@code card:<id>}</td><td>{@code adjusted}</td><td>the card's</td></tr>
 * <tr><td>what a leg sets aside for a hold</td><td>{@code card:<id>}</td><td>{@code held:card:<id>}</td><td>the card's</td></tr>
 * <tr><td>what is set aside no longer, returned</td><td>{@code held:card:<id>}</td><td>{@code card:<id>}</td><td>the card's</td></tr>
 * <tr><td>the rest of it, captured</td><td>{@code held:card:<id>}</td><td>{@code redeemed}</td><td>the card's</td></tr>
 * <tr><td>a lot that lapsed</td><td>{@code account:<asset>:<id>}</td><td>{@code expired}</td><td>that asset</td></tr>
 * <tr><td>account, as a card</td><td>{@code account:<asset>:<id>}</td><td>as beside a card</td><td>that asset</td></tr>
 * <tr><td>units sold</td><td>{@code stock:<sku>}</td><td>{@code sold}</td><td>{@code unit:<sku>}</td></tr>
 * <tr><td>units stocked</td><td>{@code stock-in}</td><td>{@code stock:<sku>}</td><td>{@code unit:<sku>}</td></tr>
 * <tr><td>codes taken</td><td>{@code codes:<sku>}</td><td>{@code delivered}</td><td>{@code code:<sku>}</td></tr>
 * <tr><td>codes added</td><td>{@code codes-in}</td><td>{@code codes:<sku>}</td><td>{@code code:<sku>}</td></tr>
 * </table>
 *
 * <p>What gives value back runs the other way between the same two accounts; value that a reversal gives back to a card comes
 * from {@code redeemed}. Quotas are counters, not value, and have no postings.
 */
public final class PostingAccounts {
    public static final String ISSUED = "issued";
    public static final String REDEEMED = "redeemed";
    public static final String VOID = "void";
    public static final String ADJUSTED = "adjusted";
    public static final String EXPIRED = "expired";
    public static final String STOCK_IN = "stock-in";
    public static final String SOLD = "sold";
    public static final String CODES_IN = "codes-in";
    public static final String DELIVERED = "delivered";

    private PostingAccounts() {}

    /** The account of a card, by its ledger id. */
    public static String card(String id) {
        return "card:" + id;
    }

    /** The account of what a holder has of an asset. The asset comes first: it has no colon, the id may have. */
    public static String account(String asset, String id) {
        return "account:" + asset + ":" + id;
    }

    /** The account of what is set aside of {@code balance}, a card's or a holder's account. */
    public static String held(String balance) {
        return "held:" + balance;
    }

    /** The account of an item's units. */
    public static String stock(String sku) {
        return "stock:" + sku;
    }

    /** The account of an item's pool of codes. */
    public static String codes(String sku) {
        return "codes:" + sku;
    }

    /** The asset that an item's units are. */
    public static String unitAsset(String sku) {
        return "unit:" + sku;
    }

    /** The asset that an item's codes are. */
    public static String codeAsset(String sku) {
        return "code:" + sku;
    }

    /** The other side of a card or a holder's account that moves; {@code sign} −1 takes from it. */
    static String besideBalance(Fact fact, long sign) {
        return switch (fact.type()) {
            case "redemption" -> REDEEMED;
            case "reversal" -> sign < 0 ? VOID : REDEEMED;
            case "adjustment" -> ADJUSTED;
            default -> throw unknown(fact, "card or account");
        };
    }

    /** The other side of an item's units. */
    static String besideStock(Fact fact) {
        return switch (fact.type()) {
            case "redemption", "reversal", "capture", "release", "expiry" -> SOLD;
            case "stocking", "adjustment" -> STOCK_IN;
            default -> throw unknown(fact, "stock");
        };
    }

    private static JournalFault unknown(Fact fact, String leg) {
        return JournalFault.newer(fact.sequence(), "a " + leg + " leg in a transaction of type " + fact.type());
    }
}
