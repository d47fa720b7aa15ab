/** A checker of recorded histories: whether what concurrent callers were answered has one order that explains it. */
@NullMarked
package dev.counterfoil.gateway.linearizability;

import org.jspecify.annotations.NullMarked;
