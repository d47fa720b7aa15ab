package dev.counterfoil.ledger;

import java.util.Base64;

/**
 * Names the record of a request and tells its content. Both hashes are keyed, so neither the caller's key nor what the
 * request held can be told from them.
 *
 * @param client id of the client that sent it
 * @param record 16 bytes: keyed hash of (client, key as sent)
 * @param fingerprint 16 bytes: keyed hash of the parsed request, with the card's id in place of its secret
 * @param asked the level that the request asks its answer to wait for; no part of its identity
 * @param deadline until when the request waits; no part of its identity either
 */
public record IdempotencyKey(String client, byte[] record, byte[] fingerprint, Durability asked, Deadline deadline) {
    /** Likewise, and it asks for no more than the installation gives anyway. */
    public IdempotencyKey(String client, byte[] record, byte[] fingerprint) {
        this(client, record, fingerprint, Durability.ACCEPTED);
    }

    /** A request that waits as long as it takes. */
    public IdempotencyKey(String client, byte[] record, byte[] fingerprint, Durability asked) {
        this(client, record, fingerprint, asked, Deadline.NONE);
    }

    public IdempotencyKey {
        Amounts.within("record", record.length, 16, 16);
        Amounts.within("fingerprint", fingerprint.length, 16, 16);
    }

    /** The record's name as it stands in the journal and the books. */
    public String recordText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(record);
    }

    /** The fingerprint as it stands in the journal and the books. */
    public String fingerprintText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(fingerprint);
    }

    @Override
    public String toString() {
        return "IdempotencyKey[client=" + client + ", record=" + recordText() + "]";
    }
}
