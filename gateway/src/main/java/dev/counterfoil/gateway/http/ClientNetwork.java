package dev.counterfoil.gateway.http;

import java.net.InetAddress;
import java.util.HexFormat;

/** Whom an address stands for: an IPv4 address for itself, an IPv6 address for its /64, which one customer has as a whole. */
final class ClientNetwork {
    private static final int IPV4_BYTES = 4;
    private static final int NETWORK_BYTES = 8;

    private ClientNetwork() {}

    /** A number for it. IPv4 takes the part of the range in which no IPv6 network is. */
    static long of(InetAddress address) {
        byte[] bytes = address.getAddress();
        long number = 0;
        for (int i = 0; i < Math.min(bytes.length, NETWORK_BYTES); i++) {
            number = number << Byte.SIZE | bytes[i] & 0xff;
        }
        return number;
    }

    /** A short text for it: {@code 203.0.113.9} or {@code 20010db800000001/64}. */
    static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPV4_BYTES
                ? address.getHostAddress()
                : HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES) + "/64";
    }
}
