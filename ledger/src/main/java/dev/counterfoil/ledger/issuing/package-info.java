/** Making cards, loading codes, and what is done to a whole batch: long work, in bounded steps that can be repeated. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.issuing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
