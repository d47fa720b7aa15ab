/**
 * What becomes of a redemption after it was posted: its hold is captured, released or lapses, and what it took is given back,
 * whole or in parts.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.aftersale;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
