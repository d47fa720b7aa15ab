package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.access.AddressRange;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Who stands behind a request: the one whose failed attempts are counted. With a publishable key it is the address that the
 * request comes from, and nothing that it says of itself; with a secret key what {@code "client":{"ip","device"}} says, both
 * together where both are there.
 *
 * @param text one form for one client; personal data: only its keyed hash leaves this process
 */
record EndClient(String text) {
    private static final Text IP = Text.upTo(45);
    private static final Text DEVICE = Text.upTo(128);
    private static final int NETWORK_BYTES = 8;

    /** {@code "client"} of a body; empty without one. */
    static Optional<EndClient> read(RequestFields fields) {
        return fields.optionalObject("client", EndClient::of);
    }

    private static EndClient of(RequestFields client) {
        Optional<String> ip = client.optionalText("ip", IP);
        Optional<String> device = client.optionalText("device", DEVICE);
        if (ip.isEmpty() && device.isEmpty() && !client.has("ip") && !client.has("device")) {
            client.reject("ip", "missing (expected: ip, device or both)");
        }
        String address = "";
        try {
            address = ip.isPresent() ? network(AddressRange.address(ip.get())) : "";
        } catch (IllegalArgumentException e) {
            client.reject("ip", "expected: an IPv4 or IPv6 address");
        }
        return new EndClient(address + " " + device.orElse(""));
    }

    static EndClient at(InetAddress address) {
        return new EndClient(network(address) + " ");
    }

    /** An IPv6 address by its /64, which one subscriber has to himself and can change within. */
    private static String network(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES)
                : address.getHostAddress();
    }

    @Override
    public String toString() {
        return "EndClient[masked]";
    }
}
