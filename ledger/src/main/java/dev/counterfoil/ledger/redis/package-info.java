/** The ledger on Redis: key names, scripts, the connection, and the queue that makes a batch of what gathers. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
