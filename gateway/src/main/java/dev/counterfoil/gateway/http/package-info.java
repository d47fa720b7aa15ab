/**
 * The HTTP edge. {@link dev.counterfoil.gateway.http.Routes} shows the whole API and the order of the handlers; an endpoint
 * turns a {@link dev.counterfoil.gateway.http.Call} into an {@link dev.counterfoil.gateway.http.Answer}; whatever fails ends
 * in {@link dev.counterfoil.gateway.http.Failures}, as problem+json.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway.http;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
