/** How JSON is read and written. */
@NullMarked
package dev.counterfoil.ledger.json;

import org.jspecify.annotations.NullMarked;
