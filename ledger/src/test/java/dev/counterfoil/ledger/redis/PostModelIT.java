package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Comparison;
import dev.counterfoil.ledger.model.Disagreement;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.testing.Ledgers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The ledger on Redis and the reference agree on seeded random sequences: in every answer and in all that they hold in the
 * end. {@code -Dmodel.seed}, {@code -Dmodel.sequences} (by each of the two clocks) and {@code -Dmodel.length} choose others
 * than those of the build.
 */
class PostModelIT {
    private static final long SEED = Long.getLong("model.seed", 1);
    private static final int SEQUENCES = Integer.getInteger("model.sequences", 500);
    private static final int LENGTH = Integer.getInteger("model.length", 200);
    private static final int AT_ONCE = 3;

    private final RedisConnection redis = LedgerOnRedis.connect();
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

    @AfterEach
    void close() {
        threads.shutdownNow();
        redis.close();
    }

    /** The time is for runs that ask for many; the build's take seconds. */
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    @ParameterizedTest
    @EnumSource(Timing.class)
    void random_sequences_agree_with_the_reference(Timing timing) throws Exception {
        Map<String, LongAdder> census = new ConcurrentSkipListMap<>();
        KernelScripts shipped = KernelScripts.shipped();
        KernelScripts scripts = timing == Timing.CONTROLLED ? shipped.onControlledClock() : shipped;
        Comparison comparison = new Comparison(timing, limits -> new LedgerOnRedis(redis, scripts, limits), census);
        long started = System.nanoTime();
        AtomicBoolean differ = new AtomicBoolean();
        List<Future<Optional<Found>>> runs = LongStream.range(SEED, SEED + SEQUENCES)
                .mapToObj(seed -> threads.submit(() -> {
                    Optional<Found> found = differ.get()
                            ? Optional.empty()
                            : comparison.on(seed, LENGTH).map(where -> new Found(seed, where));
                    found.ifPresent(unused -> differ.set(true));
                    return found;
                }))
                .toList();
        for (Future<Optional<Found>> run : runs) {
            run.get().ifPresent(found -> {
                throw new AssertionError(found.text(timing, comparison));
            });
        }
        if (SEQUENCES * LENGTH >= 100_000) {
            everythingHappened(census, timing);
        }
        System.out.printf(
                "%d sequences of %d commands by the %s clock agree, seeds from %d, in %d ms%n",
                SEQUENCES, LENGTH, timing, SEED, (System.nanoTime() - started) / 1_000_000);
    }

    /** Sequences in which a leg never posts or a refusal never comes up would agree and prove nothing. */
    private static void everythingHappened(Map<String, LongAdder> census, Timing timing) {
        Map<String, Long> counts = new TreeMap<>();
        census.forEach((kind, count) -> counts.put(kind, count.sum()));
        List<String> expected = new ArrayList<>(List.of("posted", "posted again", "fault Faulty", "rejected"));
        for (Class<?> leg : Leg.class.getPermittedSubclasses()) {
            expected.add("posted " + leg.getSimpleName());
        }
        for (Refusal refusal : Refusal.values()) {
            // By the real clock two ledgers would not agree on which side of a deadline they are.
            boolean comes = refusal != Refusal.HOLD_EXPIRED || timing == Timing.CONTROLLED;
            if (refusal.code() < 100 && refusal != Refusal.JOURNAL_FULL && comes) {
                expected.add("refused " + refusal);
                if (refusal.pinned()) {
                    expected.add("refused " + refusal + " again");
                }
            }
        }
        assertThat(expected)
                .as("kinds of answers of which there are too few, of %s", counts)
                .allSatisfy(kind ->
                        assertThat(counts.getOrDefault(kind, 0L)).as(kind).isGreaterThanOrEqualTo(50));
    }

    /** A seed whose sequence shows a difference. */
    private record Found(long seed, Disagreement where) {
        String text(Timing timing, Comparison comparison) {
            return "seed " + seed + " by the " + timing + " clock (-Dmodel.seed=" + seed
                    + " -Dmodel.sequences=1 -Dmodel.length=" + LENGTH + "), shrunk:\n"
                    + comparison.shrink(where).text();
        }
    }

    @AfterAll
    static void leaveNothingToTheNext() {
        Ledgers.forgetEverything();
    }
}
