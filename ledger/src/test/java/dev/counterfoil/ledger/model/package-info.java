/**
 * The ledger a second time, in plain Java and in memory, written from the documented contract; the contract as one suite
 * for it and for Redis; and seeded random sequences of commands on which both must agree. A new kind of leg is one more
 * {@link dev.counterfoil.ledger.model.LegKind}.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
