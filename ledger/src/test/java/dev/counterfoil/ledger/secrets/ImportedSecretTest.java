package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImportedSecretTest {
    @Test
    void only_white_space_around_it_goes() {
        assertThat(ImportedSecret.normalise("\u3000 k7Qw-2m Z0\t\n")).contains("k7Qw-2m Z0");
        assertThat(ImportedSecret.normalise("提货卡")).contains("提货卡");
    }

    @Test
    void what_nobody_can_have_given_is_none() {
        assertThat(ImportedSecret.normalise(" \u3000")).isEmpty();
        assertThat(ImportedSecret.normalise("a\u0000b")).isEmpty();
        assertThat(ImportedSecret.normalise("𝔸".repeat(64))).isPresent();
        assertThat(ImportedSecret.normalise("a".repeat(65))).isEmpty();
    }

    @Test
    void the_space_is_symbols_to_the_power_of_characters() {
        assertThat(new ImportedSecret.Space(10, 6).size()).isEqualTo(1e6);
        assertThat(new ImportedSecret.Space(1_000, 64).size()).isEqualTo(1e192);
        assertThatThrownBy(() -> new ImportedSecret.Space(1, 6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImportedSecret.Space(10, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
