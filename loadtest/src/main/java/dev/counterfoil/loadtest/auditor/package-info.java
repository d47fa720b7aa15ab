/**
 * Reads all of a cell in Redis and PostgreSQL, counts it again from its first transaction and says whether the books
 * hold. Shares nothing with what it audits: not a class, not a client of Redis.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest.auditor;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
