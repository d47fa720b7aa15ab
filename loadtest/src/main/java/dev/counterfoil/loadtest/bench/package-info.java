/**
 * The benchmark: how close redeeming comes to a bare echo on the same machine, in one run. {@link
 * dev.counterfoil.loadtest.bench.Benchmark} is the way in.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest.bench;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
