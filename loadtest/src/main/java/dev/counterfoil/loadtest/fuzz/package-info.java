/**
 * Sends a gateway what no client should, beside what clients do, and holds it to what it may answer. {@link
 * dev.counterfoil.loadtest.fuzz.RequestFuzzer} is the way in.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest.fuzz;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
