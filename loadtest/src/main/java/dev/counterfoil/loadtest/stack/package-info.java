/**
 * An installation of the packaged gateway, Redis and PostgreSQL as processes that this one starts, kills, and takes along when it
 * ends: what the crash harness breaks and the benchmark measures.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest.stack;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
