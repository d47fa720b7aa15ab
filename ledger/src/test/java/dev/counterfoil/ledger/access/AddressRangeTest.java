package dev.counterfoil.ledger.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24, 203.0.113.0, true",
        "203.0.113.0/24, 203.0.113.255, true",
        "203.0.113.0/24, 203.0.114.0, false",
        "203.0.113.128/25, 203.0.113.127, false",
        "203.0.113.7, 203.0.113.7, true",
        "203.0.113.7, 203.0.113.6, false",
        "0.0.0.0/0, 198.51.100.1, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "203.0.113.0/24, ::ffff:203.0.113.9, true",
        "::/0, 203.0.113.9, false",
    })
    void contains_the_addresses_of_its_prefix(String range, String address, boolean contained) {
        assertThat(AddressRange.parse(range).contains(AddressRange.address(address)))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0", "2001:db8::/33", "::1/128"})
    void is_written_as_it_is_read(String range) {
        assertThat(AddressRange.parse(range)).hasToString(range).isEqualTo(AddressRange.parse(range));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "localhost",
                "203.0.113",
                "203.0.113.0/",
                "203.0.113.0/33",
                "203.0.113.0/-1",
                "203.0.113.0/2 4",
                "203.0.113.1/24",
                "2001:db8::/129",
                "2001:db8::1/32",
                "fe80::1%eth0",
                "203.0.113.0/24/24",
                " 203.0.113.0"
            })
    void what_is_no_range_is_refused_with_what_was_expected(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" (expected: ");
    }

    @Test
    void names_are_not_looked_up() {
        assertThatThrownBy(() -> AddressRange.address("localhost"))
                .hasMessage("\"localhost\" (expected: an IPv4 or IPv6 address)");
    }
}
