package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.openloop.Answered;
import dev.counterfoil.loadtest.openloop.Answered.Kind;
import dev.counterfoil.loadtest.openloop.Generator;
import dev.counterfoil.loadtest.stack.Memory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * How long one batch of cards takes to be made and delivered, while redemptions go on that are sent when they are due.
 *
 * @param cards in the batch
 * @param seconds until its end line was read
 * @param offered redemptions a second
 * @param p99 of the redemptions, in milliseconds
 * @param shed how many redemptions were refused with 503, or found no connection free when they were due
 * @param wrong how many were answered otherwise, or not at all
 * @param resident memory of the gateway in MB: at the beginning, at most and at the end
 */
record BigBatch(int cards, double seconds, double offered, double p99, long shed, long wrong, String resident) {
    /** Of the most redemptions that were measured. */
    private static final double SHARE = 0.1;

    private static final Duration AT_MOST = Duration.ofMinutes(10);
    private static final double NANOS = 1e9;

    /**
     * @param most redemptions a second
     * @param gateway its process
     */
    static BigBatch measure(Target target, Sale sale, int cards, double most, long gateway) throws IOException {
        IssuerApi issuer =
                new IssuerApi(target, "big-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
        double rate = most * SHARE;
        try (Generator generator = Steady.redemptions(target, sale, "beside");
                Memory memory = new Memory(gateway)) {
            Answered warm = generator.open(rate, Duration.ofSeconds(2));
            long begin = System.nanoTime();
            CompletableFuture<Double> making = CompletableFuture.supplyAsync(() -> {
                issuer.makeBatch("bench", cards);
                return (System.nanoTime() - begin) / NANOS;
            });
            Answered answered = generator.open(rate, AT_MOST, making::isDone);
            if (!making.isDone()) {
                throw new IOException(
                        "the batch of " + cards + " cards is not made after " + AT_MOST.toMinutes() + " minutes");
            }
            return new BigBatch(
                    cards,
                    making.join(),
                    rate,
                    answered.millis(Kind.DONE, 99),
                    Steady.sum(answered, Kind.SHED, Kind.NOT_SENT),
                    Steady.sum(warm, Kind.OTHER, Kind.BROKEN) + Steady.sum(answered, Kind.OTHER, Kind.BROKEN),
                    memory.toString());
        } catch (CompletionException failed) {
            throw new IOException("the batch failed: " + failed.getMessage(), failed);
        }
    }
}
