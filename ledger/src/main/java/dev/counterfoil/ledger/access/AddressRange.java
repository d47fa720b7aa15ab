package dev.counterfoil.ledger.access;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of addresses in CIDR notation (RFC 4632, RFC 4291): {@code 203.0.113.0/24}, {@code 2001:db8::/32}, or one address alone.
 * IPv6 addresses that hold an IPv4 one ({@code ::ffff:192.0.2.1}) count as the IPv4 address.
 */
public final class AddressRange {
    private final byte[] network;
    private final int prefix;

    private AddressRange(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /** Throws {@link IllegalArgumentException} with the form that is expected; nothing is looked up in the DNS. */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address.length == 0) {
            throw unexpected(text, "an address with or without a prefix length, as 203.0.113.0/24 or 2001:db8::/32");
        }
        int bits = address.length * Byte.SIZE;
        int prefix = slash < 0 ? bits : length(text.substring(slash + 1));
        if (prefix < 0 || prefix > bits) {
            throw unexpected(text, "a prefix length of 0.." + bits);
        }
        if (!Arrays.equals(address, masked(address, prefix))) {
            throw unexpected(text, "no bits set behind the prefix");
        }
        return new AddressRange(address, prefix);
    }

    /** The address that {@code text} is in numbers; throws {@link IllegalArgumentException} where it is none. */
    public static InetAddress address(String text) {
        byte[] address = bytes(text);
        if (address.length == 0) {
            throw unexpected(text, "an IPv4 or IPv6 address");
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public boolean contains(InetAddress address) {
        byte[] other = address.getAddress();
        return other.length == network.length && Arrays.equals(network, masked(other, prefix));
    }

    /** 4 or 16 bytes, or none. */
    private static byte[] bytes(String text) {
        // A zone index means something on one machine only.
        byte[] address = text.indexOf('%') >= 0 ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (address == null) {
            return new byte[0];
        }
        try {
            // Makes an IPv4 address of an IPv6 one that holds it.
            return InetAddress.getByAddress(address).getAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static int length(String digits) {
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    private static byte[] masked(byte[] address, int prefix) {
        byte[] masked = new byte[address.length];
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, prefix - i * Byte.SIZE));
            masked[i] = (byte) (address[i] & (0xff00 >> kept));
        }
        return masked;
    }

    private static IllegalArgumentException unexpected(String text, String expected) {
        return new IllegalArgumentException("\"" + text + "\" (expected: " + expected + ")");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && prefix == range.prefix && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        try {
            return NetUtil.toAddressString(InetAddress.getByAddress(network)) + "/" + prefix;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
