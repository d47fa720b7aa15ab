package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.openloop.Answered;
import dev.counterfoil.loadtest.openloop.Answered.Kind;
import dev.counterfoil.loadtest.openloop.Generator;
import dev.counterfoil.loadtest.openloop.Redemptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How long redemptions take at a fixed share of the most that was measured. They are sent when they are due, evenly and whatever
 * became of those before, and their times count from then: a closed loop like wrk's leaves out what waits to be sent.
 *
 * @param share in percent
 * @param offered a second
 * @param shed how many were refused with 503, or found no connection free when they were due
 * @param wrong how many were answered otherwise, or not at all
 */
record Steady(int share, double offered, double p50, double p99, double p999, long shed, long wrong) {
    private static final int CONNECTIONS = 256;
    private static final double PERCENT = 100;

    /** @param most redemptions a second */
    static Steady measure(Target target, Sale sale, int share, double most, Duration lasting) throws IOException {
        double rate = most * share / PERCENT;
        try (Generator generator = redemptions(target, sale, "steady")) {
            Answered warm = generator.open(rate, Duration.ofSeconds(2));
            Answered answered = generator.open(rate, lasting);
            return new Steady(
                    share,
                    rate,
                    answered.millis(Kind.DONE, 50),
                    answered.millis(Kind.DONE, 99),
                    answered.millis(Kind.DONE, 99.9),
                    sum(answered, Kind.SHED, Kind.NOT_SENT),
                    sum(warm, Kind.OTHER, Kind.BROKEN) + sum(answered, Kind.OTHER, Kind.BROKEN));
        }
    }

    /** Redemptions by the cards of {@code sale} from the last on, each under a key of its own. */
    static Generator redemptions(Target target, Sale sale, String name) throws IOException {
        List<String> secrets = Files.readAllLines(sale.cards());
        String run = name + "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        URI url = URI.create(target.url());
        return new Generator(new InetSocketAddress(url.getHost(), url.getPort()), CONNECTIONS, n -> {
            int card = secrets.size() - 1 - (int) (n % secrets.size());
            return Redemptions.request(
                    target.in(sale.programOf(card)), secrets.get(card), "bench-1", run + n, run + "-" + n);
        });
    }

    static long sum(Answered answered, Kind... kinds) {
        return Stream.of(kinds).mapToLong(answered::count).sum();
    }
}
