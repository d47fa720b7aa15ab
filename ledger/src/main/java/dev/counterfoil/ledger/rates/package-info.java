/**
 * Ceilings on requests a window, exact over all gateways. One count stands in Redis for each limit; a gateway leases blocks of
 * tokens from it ({@link dev.counterfoil.ledger.rates.TokenSource}) and serves them from memory ({@link
 * dev.counterfoil.ledger.rates.RateLimit}). Knows neither what is limited nor Redis.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.rates;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
