package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.counterfoil.ledger.model.Comparison;
import dev.counterfoil.ledger.model.Disagreement;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;
import dev.counterfoil.ledger.testing.Ledgers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * The tests are tested: post.lua is broken in one place at a time, and the random sequences or the suites have to notice
 * each. A defect that nothing notices fails this test and is named.
 */
class PostMutationIT {
    private static final int SEQUENCES = 3;
    private static final int LENGTH = 200;

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(CellQueue.class);

    private final RedisConnection redis = LedgerOnRedis.connect();

    /** What a broken script says is no news here. */
    @BeforeEach
    void silence() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        LOG.setLevel(null);
        redis.close();
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void every_listed_defect_is_noticed() throws Exception {
        List<String> noticed = new ArrayList<>();
        List<String> unnoticed = new ArrayList<>();
        Map<String, String> lastNoticedBy = lastNoticedBy();
        for (Mutation mutation : Mutation.ALL) {
            long started = System.nanoTime();
            KernelScripts scripts = KernelScripts.withPost(mutation::in);
            var unused = scripts.apply("post");
            Optional<String> by = noticedBy(scripts, lastNoticedBy.getOrDefault(mutation.what(), ""));
            by.ifPresentOrElse(
                    test -> noticed.add(String.format(
                            "%s <- %s (%d ms)", mutation.what(), test, (System.nanoTime() - started) / 1_000_000)),
                    () -> unnoticed.add(mutation.what()));
        }
        // The table is for who asks which test holds which check.
        System.out.println(noticed.size() + " defects of post.lua were noticed:\n  " + String.join("\n  ", noticed));
        assertThat(unnoticed).as("defects that nothing notices").isEmpty();
    }

    @Test
    void what_is_not_broken_is_not_noticed() throws Exception {
        assertThat(noticedBy(KernelScripts.shipped(), "")).isEmpty();
    }

    @Test
    void a_disagreement_shrinks_to_what_one_can_read() {
        KernelScripts broken = KernelScripts.withPost(
                text -> new Mutation("", "elseif sign < 0 and balance < amount then", "elseif false then").in(text));
        Comparison comparison = comparison(broken, Timing.REAL);
        Disagreement found = null;
        for (long seed = 1; found == null; seed++) {
            found = comparison.on(seed, LENGTH).orElse(null);
        }
        Disagreement shrunk = comparison.shrink(found);
        assertThat(shrunk.commands()).as(shrunk.text()).hasSizeLessThanOrEqualTo(6);
        assertThat(shrunk.text()).contains("expected refused INSUFFICIENT_BALANCE", "but got  ");
    }

    /** What notices that the script is broken; {@code first} is tried before all others, where there is one of that name. */
    private Optional<String> noticedBy(KernelScripts scripts, String first) throws ReflectiveOperationException {
        List<Trial> trials = new ArrayList<>();
        Comparison comparison = comparison(scripts, Timing.CONTROLLED);
        for (long seed = 1; seed <= SEQUENCES; seed++) {
            long drawn = seed;
            trials.add(new Trial("random sequence of seed " + seed, () -> differs(comparison, drawn)));
        }
        for (Supplier<Object> suite : suites(scripts)) {
            trials.addAll(new SuiteRun(suite).trials());
        }
        trials.sort(Comparator.comparing(trial -> !trial.name().equals(first)));
        for (Trial trial : trials) {
            if (trial.notices()) {
                return Optional.of(trial.name());
            }
        }
        return Optional.empty();
    }

    /** By defect, what noticed it when somebody last looked: most tests notice most defects not, and take their time for it. */
    private static Map<String, String> lastNoticedBy() throws IOException {
        Map<String, String> by = new HashMap<>();
        try (InputStream file = PostMutationIT.class.getResourceAsStream("/noticed-by.txt")) {
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" <- ", 2))
                    .forEach(line -> by.put(line[0], line[1]));
        }
        return by;
    }

    /** An answer that cannot even be read is one that differs. */
    private static boolean differs(Comparison comparison, long seed) {
        try {
            return comparison.on(seed, LENGTH).isPresent();
        } catch (IllegalStateException unreadable) {
            return true;
        }
    }

    private Comparison comparison(KernelScripts scripts, Timing timing) {
        KernelScripts timed = timing == Timing.CONTROLLED ? scripts.onControlledClock() : scripts;
        return new Comparison(timing, limits -> new LedgerOnRedis(redis, timed, limits), new ConcurrentHashMap<>());
    }

    private List<Supplier<Object>> suites(KernelScripts scripts) {
        return List.of(
                () -> new PostLegsIT() {
                    @Override
                    protected TrialCell open(Timing timing, LedgerLimits limits) {
                        return cell(scripts, timing, limits);
                    }
                },
                () -> new PostPaymentsIT() {
                    @Override
                    protected TrialCell open(Timing timing, LedgerLimits limits) {
                        return cell(scripts, timing, limits);
                    }
                },
                () -> new PostHoldsIT() {
                    @Override
                    protected TrialCell open(Timing timing, LedgerLimits limits) {
                        return cell(scripts, timing, limits);
                    }
                },
                () -> new PostContractIT() {
                    @Override
                    protected TrialCell open(Timing timing, LedgerLimits limits) {
                        return cell(scripts, timing, limits);
                    }
                },
                () -> new PostNeverHalfIT() {
                    @Override
                    LedgerOnRedis open() {
                        return cell(scripts, Timing.REAL, LedgerLimits.standard());
                    }
                },
                () -> new PostMalformedIT() {
                    @Override
                    LedgerOnRedis open() {
                        return cell(scripts, Timing.REAL, LedgerLimits.standard());
                    }
                });
    }

    private LedgerOnRedis cell(KernelScripts scripts, Timing timing, LedgerLimits limits) {
        return new LedgerOnRedis(redis, timing == Timing.CONTROLLED ? scripts.onControlledClock() : scripts, limits);
    }

    @AfterAll
    static void leaveNothingToTheNext() {
        Ledgers.forgetEverything();
    }
}
