/** 对账: whether Redis and PostgreSQL hold the same balances, to the fen, while the sale goes on. */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.books;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
