package dev.counterfoil.ledger.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What one key may do with another, and which pages may use any. */
class KeyBoundsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private static Ceilings ceilings(Map<String, Long> issued, Map<String, Long> adjusted) {
        return new Ceilings(Map.of(Ceilings.Kind.ISSUED, issued, Ceilings.Kind.ADJUSTED, adjusted));
    }

    private static ApiKey key(
            String issuer, @Nullable Set<String> programs, @Nullable Instant expiresAt, String... origins) {
        return new ApiKey(
                "k1",
                "cl_1",
                issuer,
                KeyKind.PUBLISHABLE,
                EnumSet.of(Scope.REDEEM),
                programs,
                "Page",
                Instant.EPOCH,
                expiresAt,
                null,
                1,
                "k1",
                new KeyTerms(null, Ceilings.NONE, List.of(), List.of(origins), false));
    }

    @Test
    void ceilings_are_within_others_that_name_no_asset_which_they_leave_open_or_bound_more_loosely() {
        Ceilings own = ceilings(Map.of("CNY", 100L), Map.of("CNY", 5L, "points", 7L));
        assertThat(own.within(own)).isTrue();
        assertThat(own.within(Ceilings.NONE)).isTrue();
        assertThat(ceilings(Map.of("CNY", 99L, "USD", 1L), Map.of("CNY", 5L, "points", 1L))
                        .within(own))
                .isTrue();
        assertThat(Ceilings.NONE.within(own)).isFalse();
        assertThat(ceilings(Map.of("CNY", 101L), Map.of("CNY", 5L, "points", 7L))
                        .within(own))
                .isFalse();
        assertThat(ceilings(Map.of("CNY", 100L), Map.of("CNY", 5L)).within(own)).isFalse();
        assertThat(ceilings(Map.of(), Map.of("CNY", 5L, "points", 7L)).within(own))
                .isFalse();
    }

    @Test
    void a_key_oversees_those_of_its_issuer_that_are_for_no_program_but_its_own() {
        ApiKey whole = key("acme", null, null);
        ApiKey two = key("acme", Set.of("gold", "blue"), null);
        ApiKey one = key("acme", Set.of("gold"), null);
        assertThat(Stream.of(whole, two, one).allMatch(whole::oversees)).isTrue();
        assertThat(two.oversees(one)).isTrue();
        assertThat(two.oversees(two)).isTrue();
        assertThat(one.oversees(two)).isFalse();
        assertThat(two.oversees(whole)).isFalse();
        assertThat(whole.oversees(key("rival", null, null))).isFalse();
        assertThat(one.oversees(key("rival", Set.of("gold"), null))).isFalse();
    }

    @Test
    void an_origin_is_allowed_for_as_long_as_the_last_of_the_keys_that_list_it() {
        String shop = "https://shop.example";
        AllowedOrigins origins = AllowedOrigins.of(Stream.of(
                key("acme", null, NOW.plusSeconds(2), shop),
                key("acme", null, NOW.plusSeconds(5), shop, "https://till.example"),
                key("acme", null, NOW.plusSeconds(1), shop),
                key("acme", null, null)));
        assertThat(origins.allow(shop, NOW.plusSeconds(5).minusMillis(1))).isTrue();
        assertThat(origins.allow(shop, NOW.plusSeconds(5))).isFalse();
        assertThat(origins.allow("https://elsewhere.example", NOW)).isFalse();
        AllowedOrigins any = AllowedOrigins.of(Stream.of(key("acme", null, NOW, KeyTerms.ANY_ORIGIN)));
        assertThat(any.allow("https://elsewhere.example", NOW.minusMillis(1))).isTrue();
        assertThat(any.allow("https://elsewhere.example", NOW)).isFalse();
    }
}
