package dev.counterfoil.ledger.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTermsTest {
    @Test
    void a_key_without_addresses_may_be_used_from_anywhere_and_one_with_some_only_from_there() {
        assertThat(KeyTerms.NONE.allow(AddressRange.address("198.51.100.7"))).isTrue();
        KeyTerms bound = addresses("203.0.113.0/24", "2001:db8::/32");
        assertThat(bound.allow(AddressRange.address("203.0.113.200"))).isTrue();
        assertThat(bound.allow(AddressRange.address("2001:db8:1::1"))).isTrue();
        assertThat(bound.allow(AddressRange.address("203.0.114.1"))).isFalse();
        assertThat(bound.allow(AddressRange.address("2001:db9::1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example",
                "https://shop.example:8443",
                "https://xn--fiqs8s.example",
                "http://localhost:3000",
                "http://127.0.0.1",
                "*"
            })
    void origins_are_written_as_browsers_send_them(String origin) {
        assertThat(origins(origin).allowOrigin(origin)).isTrue();
        assertThat(origins(origin).allowOrigin("https://evil.example")).isEqualTo(origin.equals("*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example/",
                "https://Shop.example",
                "https://shop.example:443",
                "https://*.example",
                "http://shop.example",
                "shop.example",
                "null",
                ""
            })
    void what_is_no_origin_is_refused_at_its_place(String text) {
        assertThatThrownBy(() -> origins("https://shop.example", text))
                .isInstanceOfSatisfying(InvalidField.class, e -> {
                    assertThat(e.pointer()).isEqualTo("/allowed_origins/1");
                    assertThat(e.detail()).contains("\"" + text + "\"", "expected");
                });
    }

    @Test
    void any_origin_stands_alone() {
        assertThatThrownBy(() -> origins("*", "https://shop.example")).isInstanceOf(InvalidField.class);
    }

    @Test
    void lists_are_bounded_and_an_address_that_is_none_is_named() {
        List<String> many = Collections.nCopies(33, "https://shop.example");
        assertThatThrownBy(() -> origins(many.toArray(String[]::new)))
                .hasMessage("/allowed_origins: 33 elements (expected: at most 32)");
        assertThatThrownBy(() -> addresses("203.0.113.0/24", "203.0.113.1/24"))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/addresses/1"));
    }

    @Test
    void origins_are_for_publishable_keys_and_signatures_for_secret_ones() {
        assertThatThrownBy(() -> draft(KeyKind.SECRET, origins("https://shop.example")))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/allowed_origins"));
        KeyTerms signed = new KeyTerms(null, Ceilings.NONE, List.of(), List.of(), true);
        assertThatThrownBy(() -> draft(KeyKind.PUBLISHABLE, signed))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/require_signature"));
        assertThat(draft(KeyKind.SECRET, signed).terms().requireSignature()).isTrue();
    }

    @Test
    void ceilings_name_assets_and_amounts() {
        Ceilings some = new Ceilings(Map.of(Ceilings.Kind.ISSUED, Map.of("CNY", 5L), Ceilings.Kind.REVERSED, Map.of()));
        assertThat(some.of(Ceilings.Kind.ISSUED)).containsExactly(Map.entry("CNY", 5L));
        assertThat(some.of(Ceilings.Kind.REVERSED)).isEmpty();
        assertThat(KeyJson.ceilings(KeyJson.write(some))).isEqualTo(some);
        assertThatThrownBy(() -> new Ceilings(Map.of(Ceilings.Kind.ADJUSTED, Map.of("CNY", 0L))))
                .hasMessageStartingWith("/ceilings/adjusted/CNY: 0 (expected: 1..");
        assertThatThrownBy(() -> new Ceilings(Map.of(Ceilings.Kind.ADJUSTED, Map.of("C-Y", 1L))))
                .hasMessageStartingWith("/ceilings/adjusted: \"C-Y\"");
    }

    private static KeyTerms addresses(String... ranges) {
        return new KeyTerms(null, Ceilings.NONE, KeyTerms.addresses(List.of(ranges)), List.of(), false);
    }

    private static KeyTerms origins(String... origins) {
        return new KeyTerms(null, Ceilings.NONE, List.of(), List.of(origins), false);
    }

    private static KeyDraft draft(KeyKind kind, KeyTerms terms) {
        return new KeyDraft("cl_x", kind, Set.of(Scope.REDEEM), null, "A key", null, terms);
    }
}
