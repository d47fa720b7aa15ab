package dev.counterfoil.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampsTest {
    @ParameterizedTest
    @CsvSource({
        "1764288000000, 2025-11-28T00:00:00.000Z",
        "1764288000007, 2025-11-28T00:00:00.007Z",
        "1764288000090, 2025-11-28T00:00:00.090Z",
        "1764288000120, 2025-11-28T00:00:00.120Z",
        "1764288000999, 2025-11-28T00:00:00.999Z",
        "1764288001000, 2025-11-28T00:00:01.000Z",
        "0, 1970-01-01T00:00:00.000Z",
        "-1, 1969-12-31T23:59:59.999Z",
        "253402300799999, 9999-12-31T23:59:59.999Z"
    })
    void aTimeIsPrintedToTheMillisecond(long epochMs, String text) {
        assertEquals(text, Timestamps.text(Instant.ofEpochMilli(epochMs)));
        assertEquals(text, Timestamps.text(Instant.ofEpochMilli(epochMs)), "again, from what is kept");
    }

    @Test
    void whatIsFinerThanAMillisecondIsLeftOut() {
        assertEquals("2025-11-28T00:00:00.001Z", Timestamps.text(Instant.parse("2025-11-28T00:00:00.001999999Z")));
    }

    @Test
    void timesOfOtherSecondsInTurnAreTheirOwn() {
        Instant first = Instant.parse("2025-11-28T00:00:00.500Z");
        Instant second = Instant.parse("2026-01-01T12:34:56.789Z");
        for (int turn = 0; turn < 3; turn++) {
            assertEquals("2025-11-28T00:00:00.500Z", Timestamps.text(first));
            assertEquals("2026-01-01T12:34:56.789Z", Timestamps.text(second));
        }
    }

    @Test
    void whatIsPrintedIsReadAgain() {
        Instant time = Instant.parse("2026-02-28T23:59:59.042Z");
        assertEquals(Optional.of(time), Timestamps.parse(Timestamps.text(time)));
    }
}
