/**
 * Who may call, and for what: issuers, clients and their access keys. PostgreSQL is the record ({@link
 * dev.counterfoil.ledger.access.KeyStore}); a copy stands in Redis ({@link dev.counterfoil.ledger.access.KeyPublisher}) and in
 * every gateway's memory ({@link dev.counterfoil.ledger.access.Keys}). Of a secret only the SHA-256 is kept anywhere.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.access;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
