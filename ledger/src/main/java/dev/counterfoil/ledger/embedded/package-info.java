/**
 * Real Redis and PostgreSQL servers that live and die with this JVM, and the data folder they keep.
 *
 * <p>{@link dev.counterfoil.ledger.embedded.EmbeddedServers} is the way in. Everything listens on the loopback address
 * only, asks for a random password, and writes to disk before it answers.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
