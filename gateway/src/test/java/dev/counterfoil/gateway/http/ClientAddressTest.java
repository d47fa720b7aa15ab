package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.access.AddressRange;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private static final ClientAddress BEHIND_PROXIES =
            new ClientAddress(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8:1::/48")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // peer    | X-Forwarded-For                        | client
                "10.0.0.1  | -                                      | 10.0.0.1",
                "10.0.0.1  | 198.51.100.7                           | 198.51.100.7",
                "10.0.0.1  | 203.0.113.9, 198.51.100.7              | 198.51.100.7",
                "10.0.0.1  | 198.51.100.7, 10.0.0.2                 | 198.51.100.7",
                "10.0.0.1  | 198.51.100.7,10.0.0.2 , 2001:db8:1::5  | 198.51.100.7",
                "10.0.0.1  | 2001:db8:2::7                          | 2001:db8:2::7",
                "10.0.0.1  | 10.0.0.2, 10.0.0.3                     | 10.0.0.2",
                "10.0.0.1  | 198.51.100.7, unknown                  | 10.0.0.1",
                "10.0.0.1  | 198.51.100.7, unknown, 10.0.0.2        | 10.0.0.2",
                "10.0.0.1  | 198.51.100.7:4711                      | 10.0.0.1",
                "10.0.0.1  | ,                                      | 10.0.0.1",
                // whoever is not trusted may write what he likes
                "192.0.2.1 | 198.51.100.7                           | 192.0.2.1",
                "192.0.2.1 | 10.0.0.1                               | 192.0.2.1",
            })
    void is_the_last_that_no_trusted_proxy_is(String peer, String forwardedFor, String client) {
        assertThat(BEHIND_PROXIES.of(AddressRange.address(peer), forwardedFor == null ? "" : forwardedFor))
                .isEqualTo(AddressRange.address(client));
    }

    @Test
    void looks_past_a_bounded_number_of_hops() {
        InetAddress found = BEHIND_PROXIES.of(
                AddressRange.address("10.0.0.1"), "198.51.100.7" + String.join("", Arrays.asList(hops(40))));
        assertThat(found).isEqualTo(AddressRange.address("10.9.9.9"));
    }

    private static String[] hops(int count) {
        String[] hops = new String[count];
        Arrays.fill(hops, ", 10.9.9.9");
        return hops;
    }
}
