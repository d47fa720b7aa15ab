/** Business rules: pure functions that compile a request into legs. A new rule needs a class here and no new Lua. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.rules;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
