package dev.counterfoil.ledger.installation;

/** The peppers of the settings are not those that this installation's cards were made with: to go on would lose the cards. */
public final class PepperMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PepperMismatch(String where, String recorded, String given) {
        super("pepper: fingerprint " + given + " (expected: " + recorded + ", recorded in " + where
                + "; a new pepper goes in front of the old ones)");
    }
}
