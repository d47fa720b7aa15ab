/** Every setting of the process, bound from one YAML file and the environment; {@code config/counterfoil.yaml} documents them. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway.settings;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
