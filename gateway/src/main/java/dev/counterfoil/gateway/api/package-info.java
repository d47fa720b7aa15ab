/** The endpoints: one operation of the API a class. What they share of HTTP is in {@code gateway.http}. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
