/**
 * Who did what: a row for every administrative act, added in the transaction of the act itself and never changed ({@link
 * dev.counterfoil.ledger.audit.Audit}).
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.audit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
