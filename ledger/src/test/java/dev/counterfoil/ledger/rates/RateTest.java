package dev.counterfoil.ledger.rates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @ParameterizedTest
    @CsvSource({
        "100/1s, 100, 1, 100/1s",
        "100/s, 100, 1, 100/1s",
        "600/1m, 600, 60, 600/1m",
        "600/60s, 600, 60, 600/1m",
        "7/90s, 7, 90, 7/90s",
        "5000/24h, 5000, 86400, 5000/24h",
        "10000000/h, 10000000, 3600, 10000000/1h",
    })
    void a_rate_is_read_and_written(String text, int quota, int seconds, String written) {
        assertThat(Rate.parse(text)).isEqualTo(new Rate(quota, seconds)).hasToString(written);
        assertThat(Rate.parse(written)).isEqualTo(new Rate(quota, seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "100",
                "/s",
                "100/",
                "0/1s",
                "-1/1s",
                "10000001/1s",
                "1/0s",
                "1/25h",
                "1/86401s",
                "1/99999h",
                "1.5/1s",
                "100 / 1s",
                "100/1d",
                "100/1ms",
                "OFF",
                "off/1s",
                "999999999/1s"
            })
    void what_is_no_rate_is_refused_with_what_is_expected(String text) {
        assertThatThrownBy(() -> Rate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text
                        + "\" (expected: off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m)");
    }

    @Test
    void off_is_no_ceiling() {
        assertThat(Rate.parse("off")).isEqualTo(Rate.OFF).hasToString("off");
        assertThat(Rate.OFF.isOff()).isTrue();
        assertThat(new Rate(1, 1).isOff()).isFalse();
    }
}
