/**
 * Everything that turns a secret into something that may be stored: card ids, request hashes, sealed codes; and the formats in
 * which secrets and numbers are made and read. No secret leaves this package through a {@code toString}, a message or a log.
 */
@NullMarked
@CheckReturnValue
package dev.counterfoil.ledger.secrets;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
