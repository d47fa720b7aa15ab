/** The HTTP edge and the command line. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
