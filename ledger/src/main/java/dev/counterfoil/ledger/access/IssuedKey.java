package dev.counterfoil.ledger.access;

/** A key just made, with its text: the only time that anybody sees it. */
public record IssuedKey(ApiKey key, String text) {
    @Override
    public String toString() {
        return "IssuedKey[" + key + ", text masked]";
    }
}
