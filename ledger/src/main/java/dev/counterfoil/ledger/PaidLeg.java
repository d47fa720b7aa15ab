package dev.counterfoil.ledger;

/**
 * Closes the dues: refuses INSUFFICIENT_BALANCE when something is left of one, or nothing was given at all.
 *
 * @param mayRemain whether what was not paid may remain
 */
public record PaidLeg(boolean mayRemain) implements Leg {}
