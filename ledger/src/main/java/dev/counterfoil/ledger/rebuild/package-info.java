/** 重建: a cell that Redis lost, as the settled books have it. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.rebuild;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
