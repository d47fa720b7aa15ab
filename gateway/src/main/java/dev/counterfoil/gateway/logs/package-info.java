/** How the process writes its log. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway.logs;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
