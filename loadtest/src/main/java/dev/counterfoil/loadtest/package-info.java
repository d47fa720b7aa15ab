/** Load scenarios, a crash harness and an auditor, none of which shares a class with what it tries. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.loadtest;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
