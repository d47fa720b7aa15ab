package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import java.nio.charset.StandardCharsets;

/** Every key's name. The keys of a cell share its hash tag, so one script may touch them all. */
public final class RedisKeys {
    /** Fingerprint of the pepper that the cards were made with. */
    public static final String PEPPER = "counterfoil:pepper";

    /** Hash: program id → JSON. */
    public static final String PROGRAMS = "counterfoil:programs";

    public static final String PROGRAMS_VERSION = "counterfoil:programs:version";

    /** How many catalogs were published. */
    public static final String CATALOGS = "counterfoil:catalogs";

    /** Hash: id of an access key → JSON, with the SHA-256 of its secret. */
    public static final String ACCESS_KEYS = "counterfoil:keys";

    public static final String ACCESS_KEYS_VERSION = "counterfoil:keys:version";

    /** Hash: id of an access key → who revoked it when, until the list of keys says that it is revoked. */
    public static final String REVOCATIONS = "counterfoil:keys:revoked";

    /** Hash: id of a signing key → JSON, with its public key, or its secret sealed. */
    public static final String SIGNING_KEYS = "counterfoil:signing-keys";

    public static final String SIGNING_KEYS_VERSION = "counterfoil:signing-keys:version";

    /** Hash: program id/format → JSON with how many cards were made. */
    public static final String MADE_CARDS = "counterfoil:made";

    /** Integer: that list's version. */
    public static final String MADE_CARDS_VERSION = "counterfoil:made:version";

    /** Stream: the lock-outs after failed attempts. */
    public static final String GUESS_LOCKS = "counterfoil:guess:locks";

    private RedisKeys() {}

    public static String meta(Cell cell) {
        return cell.tag() + ":meta";
    }

    public static String journal(Cell cell) {
        return cell.tag() + ":journal";
    }

    public static String catalog(Cell cell) {
        return cell.tag() + ":catalog";
    }

    public static String card(Cell cell, String id) {
        return cell.tag() + ":card:" + id;
    }

    public static String item(Cell cell, String sku) {
        return cell.tag() + ":item:" + sku;
    }

    public static String codes(Cell cell, String sku) {
        return cell.tag() + ":codes:" + sku;
    }

    /** The id is the caller's, so it is preceded by its length. */
    public static String account(Cell cell, String account) {
        return cell.tag() + ":acct:" + account.length() + ":" + account;
    }

    /** Sorted set: sequence → deadline in ms, of the holds that are open. */
    public static String holds(Cell cell) {
        return cell.tag() + ":holds";
    }

    /** What was given back of the transaction of that sequence. */
    public static String followed(Cell cell, long sequence) {
        return cell.tag() + ":followed:" + sequence;
    }

    /** The highest sequence that gateways saw acknowledged of a cell that is cold now. */
    public static String seen(Cell cell) {
        return cell.tag() + ":seen";
    }

    /** A journal that did not go on from the books when the cell was rebuilt in that epoch. */
    public static String lost(Cell cell, long epoch) {
        return cell.tag() + ":lost:" + epoch;
    }

    /** {@code suffix} as {@link dev.counterfoil.ledger.QuotaLeg#keyOf} makes it. */
    public static String quota(Cell cell, String suffix) {
        return cell.tag() + ":quota:" + suffix;
    }

    /** The count of a rate limit, which spans cells and so has a hash tag of its own. Another window is another count. */
    public static String rate(String limit, int windowSeconds) {
        return "counterfoil:rate:{" + limit + ":" + windowSeconds + "}";
    }

    /** Says that the signing key signed something with that nonce, for as long as the signature could be sent again. */
    public static String nonce(String signingKey, String nonce) {
        return "counterfoil:nonce:" + signingKey + ":" + nonce;
    }

    /** Failed attempts of one suspect, in a slot of its own. */
    public static String guesses(String suspect) {
        return "counterfoil:guess:{" + suspect + "}";
    }

    /** How many attempts failed in a program on a day, with publishable keys. */
    public static String failures(String program, String day) {
        return "counterfoil:failures:{" + program + "}:" + day;
    }

    /** How often a card was looked up before it was active. All of a program are in one slot, so that a page of cards is one call. */
    public static String inactiveLookups(String program, String card) {
        return "counterfoil:looked-up:{" + program + "}:" + card;
    }

    /** That an answer to a challenge was used. */
    public static String proof(String nonce) {
        return "counterfoil:proof:" + nonce;
    }

    /** {@code record} is 16 raw bytes: these keys are many, and their names are most of what they cost. */
    public static byte[] idempotency(Cell cell, byte[] record) {
        byte[] prefix = bytes(cell.tag() + ":idem:");
        byte[] key = new byte[prefix.length + record.length];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        System.arraycopy(record, 0, key, prefix.length, record.length);
        return key;
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
