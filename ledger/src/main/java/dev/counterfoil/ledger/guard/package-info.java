/** Guards card secrets against guessing: who is wrong too often waits, and past a program's budget a public page has to work. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.guard;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
