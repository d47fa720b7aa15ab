/**
 * What a program sells and how: programs, card types, items. PostgreSQL is the record ({@link
 * dev.counterfoil.ledger.catalog.CatalogStore}); a versioned copy stands in Redis, which {@link
 * dev.counterfoil.ledger.catalog.CatalogPublisher} keeps and every gateway holds in memory ({@link
 * dev.counterfoil.ledger.catalog.Catalogs}).
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.catalog;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
