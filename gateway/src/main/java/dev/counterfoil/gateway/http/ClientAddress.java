package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.AddressRange;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;

/**
 * Where a request comes from. {@code X-Forwarded-For} can be written by anyone, so it counts only as far as it was written by
 * proxies that the settings trust: from its right end, each trusted address tells who stood before it, and the first that is not
 * trusted is the client.
 */
final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** How many proxies are looked past. */
    private static final int MOST_HOPS = 16;

    private final List<AddressRange> trustedProxies;

    ClientAddress(List<AddressRange> trustedProxies) {
        this.trustedProxies = trustedProxies;
    }

    InetAddress of(HttpServerRequest request) {
        InetAddress peer = AddressRange.address(request.remoteAddress().hostAddress());
        // Several lines mean the same as one with commas (RFC 9110, 5.3).
        return trustedProxies.isEmpty()
                ? peer
                : of(peer, String.join(",", request.headers().getAll(FORWARDED_FOR)));
    }

    InetAddress of(InetAddress peer, String forwardedFor) {
        InetAddress nearest = peer;
        int end = forwardedFor.length();
        for (int hop = 0; hop < MOST_HOPS && end > 0 && isTrusted(nearest); hop++) {
            int comma = forwardedFor.lastIndexOf(',', end - 1);
            String text = forwardedFor.substring(comma + 1, end).strip();
            try {
                nearest = AddressRange.address(text);
            } catch (IllegalArgumentException notAnAddress) {
                return nearest;
            }
            end = comma;
        }
        return nearest;
    }

    private boolean isTrusted(InetAddress address) {
        for (AddressRange range : trustedProxies) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
