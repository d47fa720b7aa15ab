package dev.counterfoil.ledger.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.catalog.ProgramCell;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyCeilingTest {
    private static final Program PROGRAM = new Program(
            "demo",
            "acme",
            "Demo",
            ZoneOffset.UTC,
            Mode.TEST,
            List.of("CNY", "points"),
            Limits.NONE,
            List.of(new ProgramCell(0, 1, 1)),
            Instant.EPOCH,
            1);

    @Test
    void credit_stands_for_the_currency_and_of_two_for_one_asset_the_lower_counts() {
        assertThat(limit(Map.of("credit", 5_000L))).isEqualTo(5_000);
        assertThat(limit(Map.of("credit", 5_000L, "CNY", 7_000L))).isEqualTo(5_000);
        assertThat(limit(Map.of("credit", 9_000L, "CNY", 7_000L))).isEqualTo(7_000);
    }

    private static long limit(Map<String, Long> amounts) {
        KeyTerms terms =
                new KeyTerms(null, new Ceilings(Map.of(Ceilings.Kind.ADJUSTED, amounts)), List.of(), List.of(), false);
        ApiKey key = new ApiKey(
                "k1",
                "cl_1",
                "acme",
                KeyKind.SECRET,
                Set.of(Scope.ADJUST),
                null,
                "test",
                Instant.EPOCH,
                null,
                null,
                1,
                "k1",
                terms);
        List<Leg> legs = KeyCeiling.of(key, Ceilings.Kind.ADJUSTED, PROGRAM).legs("CNY", 100, Instant.EPOCH);
        assertThat(legs).hasSize(1);
        return ((QuotaLeg) legs.get(0)).limit();
    }
}
