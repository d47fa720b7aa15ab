/** More requests than can be served, from a generator that does not wait for answers; and what becomes of them. */
@NullMarked
package dev.counterfoil.loadtest.overload;

import org.jspecify.annotations.NullMarked;
