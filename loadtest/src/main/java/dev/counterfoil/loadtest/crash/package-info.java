/**
 * Breaks a running installation in every way that a harness can without being root, and holds it to every answer that it
 * gave. {@link dev.counterfoil.loadtest.crash.CrashHarness} is the way in.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest.crash;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
