/** The ledger: transactions, rules, scripts, settlement and catalog. Knows nothing of HTTP. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
