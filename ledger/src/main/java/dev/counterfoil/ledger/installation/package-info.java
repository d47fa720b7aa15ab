/** What makes one Redis, one PostgreSQL and one pepper belong together. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.installation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
