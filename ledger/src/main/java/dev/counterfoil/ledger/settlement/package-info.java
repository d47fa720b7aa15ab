/**
 * Settlement: writes the journal of each cell to PostgreSQL, in the order of its sequences and exactly once, and reads what
 * was written. Its threads block; nothing of it stands in the way of a redemption.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.settlement;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
