package dev.counterfoil.ledger.access;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;

/** The keys as a gateway knows them. {@link Keys} is the one of a running gateway. */
@FunctionalInterface
public interface KeyRing {
    /** What {@code presented} is, used from {@code address}, by what is known here, whatever its age. Never blocks. */
    KeyCheck check(String presented, InetAddress address);

    /** Whether what is known here is young enough to accept a key by. */
    default boolean isFresh() {
        return true;
    }

    /**
     * Learns what changed up to now. Completes on the caller's Vert.x context; fails with {@code LedgerFault.Unavailable} when that
     * cannot be done: then no key may be accepted.
     */
    default Future<Void> refresh() {
        return Future.succeededFuture();
    }

    /** Whether a key that was accepted once is still neither revoked nor expired, by what is known here. Never blocks. */
    default boolean isValid(ApiKey key) {
        return true;
    }

    /** The key with that id, valid or not, as it is known here. Never blocks. */
    default Optional<ApiKey> find(String id) {
        return Optional.empty();
    }
}
