/** PostgreSQL: connections, worker threads, migrations. Knows the schema's shape, none of its meaning. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.postgres;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
