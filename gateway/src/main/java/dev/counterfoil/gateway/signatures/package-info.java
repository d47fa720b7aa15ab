/**
 * Signed requests: HTTP Message Signatures (RFC 9421) over Content-Digest (RFC 9530), in the one form that this gateway accepts.
 * Knows no routes and no answers; {@code http.VerifySignature} is what asks.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.gateway.signatures;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
