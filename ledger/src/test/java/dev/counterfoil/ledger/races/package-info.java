/** Many at once through two ledgers, as through two gateways: every count is exact and every value adds up. */
@NullMarked
package dev.counterfoil.ledger.races;

import org.jspecify.annotations.NullMarked;
