/**
 * Gatling simulations. Each makes its own cards and items, and ends with two verdicts besides Gatling's assertions: its own exact
 * counts, and the auditor's.
 */
@NullMarked
package dev.counterfoil.loadtest.simulations;

import org.jspecify.annotations.NullMarked;
