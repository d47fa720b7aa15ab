package dev.counterfoil.ledger;

/** Every leg was posted, now or, when {@code replayed}, under the same key before. */
public record Posted(JournaledTransaction transaction, boolean replayed) implements Outcome {}
