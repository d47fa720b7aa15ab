package dev.counterfoil.ledger.redis;

/**
 * Something that a broken script may be noticed by.
 *
 * @param name tells it from others, and stays the same from run to run
 */
record Trial(String name, Noticing noticing) {
    interface Noticing {
        boolean notices() throws ReflectiveOperationException;
    }

    boolean notices() throws ReflectiveOperationException {
        return noticing.notices();
    }
}
