package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.access.AddressRange;
import dev.counterfoil.ledger.rates.Rate;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AddressCountsTest {
    private final AtomicLong nowMs = new AtomicLong(1_795_248_000_000L);
    private final AddressCounts counts = new AddressCounts(new Rate(5, 60), nowMs::get);

    @Test
    void an_address_has_its_rate_in_each_window_whatever_others_do() {
        for (int window = 0; window < 3; window++) {
            assertThat(admitted("203.0.113.9", 8)).isEqualTo(5);
            assertThat(admitted("203.0.113.10", 8)).isEqualTo(5);
            nowMs.addAndGet(60_000);
        }
    }

    @Test
    void a_flood_of_addresses_makes_none_forgotten_and_few_be_taken_for_another() {
        assertThat(admitted("203.0.113.9", 6)).isEqualTo(5);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            refused += counts.admits(AddressRange.address("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)))
                    ? 0
                    : 1;
        }
        assertThat(counts.admits(AddressRange.address("203.0.113.9"))).isFalse();
        assertThat(refused).isLessThan(20);
    }

    @Test
    void an_ipv6_customer_is_one_address() {
        assertThat(admitted("2001:db8:0:1::1", 3)).isEqualTo(3);
        assertThat(admitted("2001:db8:0:1:ffff::2", 3)).isEqualTo(2);
        assertThat(admitted("2001:db8:0:2::1", 3)).isEqualTo(3);
    }

    @Test
    void the_end_of_the_window_is_told() {
        nowMs.set(60_000 * 1_000L + 1_500);
        assertThat(counts.secondsToEnd()).isEqualTo(59);
        assertThat(ClientNetwork.text(address("203.0.113.9"))).isEqualTo("203.0.113.9");
        assertThat(ClientNetwork.text(address("2001:db8:0:1::1"))).isEqualTo("20010db800000001/64");
    }

    private int admitted(String text, int times) {
        int admitted = 0;
        for (int i = 0; i < times; i++) {
            admitted += counts.admits(address(text)) ? 1 : 0;
        }
        return admitted;
    }

    private static InetAddress address(String text) {
        return AddressRange.address(text);
    }
}
