package dev.counterfoil.gateway.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Times as the API shows them: RFC 3339 in UTC, with milliseconds. */
public final class Timestamps {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);
    private static final int NANOS_A_MILLI = 1_000_000;

    /** The last that was printed: most answers are of one second. */
    private static volatile Second last = Second.of(0);

    /** Times outside these years are mistakes, and some stores and formats cannot hold them. */
    private static final int FIRST_YEAR = 1970;

    private static final int LAST_YEAR = 9999;

    private Timestamps() {}

    /** The time that {@code text} is, RFC 3339 with zone, of the years 1970 to 9999 in UTC; else nothing. */
    public static Optional<Instant> parse(String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            boolean sane = time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR;
            return sane ? Optional.of(time.toInstant()) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    public static String text(Instant instant) {
        Second second = last;
        if (second.epochSecond() != instant.getEpochSecond()) {
            second = Second.of(instant.getEpochSecond());
            last = second;
        }
        int millis = instant.getNano() / NANOS_A_MILLI;
        return second.text()
                + (char) ('0' + millis / 100)
                + (char) ('0' + millis / 10 % 10)
                + (char) ('0' + millis % 10)
                + 'Z';
    }

    /** @param text up to the point before the milliseconds */
    private record Second(long epochSecond, String text) {
        static Second of(long epochSecond) {
            return new Second(epochSecond, SECONDS.format(Instant.ofEpochSecond(epochSecond)));
        }
    }
}
