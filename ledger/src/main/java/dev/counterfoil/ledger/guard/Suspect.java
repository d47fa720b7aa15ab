package dev.counterfoil.ledger.guard;

/**
 * Who or what may be locked out after failed attempts.
 *
 * @param kind what it is
 * @param id 22 letters of a keyed hash: says nothing of whom it stands for
 */
public record Suspect(Kind kind, String id) {
    /** What is locked. Never a secret key, nor a program. */
    public enum Kind {
        /** An end client on one key. */
        CLIENT("client"),
        /** A holder's account on one key. */
        ACCOUNT("account"),
        /** A card's number in one program, for whoever presents it with a secret. */
        NUMBER("number");

        private final String token;

        Kind(String token) {
            this.token = token;
        }

        /** The name in metrics. */
        public String token() {
            return token;
        }
    }
}
