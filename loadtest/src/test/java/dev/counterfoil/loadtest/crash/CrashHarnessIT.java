package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.counterfoil.loadtest.stack.Redis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the crash harness; {@code -Dcrash.seed} repeats one. The long one is a command. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class CrashHarnessIT {
    private static final int CLIENTS = 8;
    private static final long SEED = Long.getLong("crash.seed", new Random().nextInt(1_000_000));

    @TempDir
    static Path folder;

    private static Stack stack;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("crash harness: -Dcrash.seed=" + SEED);
        stack = Stack.start(folder.resolve("crash"), Redis.Fsync.ALWAYS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void no_fault_of_any_part_loses_or_doubles_an_answer() throws Exception {
        List<Fault> faults = Plan.draw(
                List.of(
                        Fault.KILL_GATEWAY,
                        Fault.KILL_REDIS,
                        Fault.KILL_POSTGRESQL,
                        Fault.LOSE_ANSWERS_OF_REDIS,
                        Fault.STOP_POSTGRESQL,
                        Tracer.isPossible() ? Fault.POWER_LOSS_OF_REDIS : Fault.KILL_GATEWAYS),
                6,
                SEED);

        List<Round.Result> results = play(faults, SEED);

        assertThat(results).as("seed " + SEED).hasSize(6).allMatch(Round.Result::good);
    }

    @Test
    @Order(2)
    void a_redis_that_syncs_every_second_is_caught_losing_answers() throws Exception {
        assumeTrue(Tracer.isPossible(), "processes cannot be followed here (ptrace)");
        stack.redis().fsync(Redis.Fsync.EVERYSEC);

        List<Round.Result> results = play(List.of(Fault.POWER_LOSS_OF_REDIS), SEED + 1);

        assertThat(results.get(0).good()).as("seed " + SEED).isFalse();
        assertThat(results.get(0).verdict().lost()).as("seed " + SEED).isNotEmpty();
    }

    private static List<Round.Result> play(List<Fault> faults, long seed) throws Exception {
        Plan plan = new Plan(seed, faults, CLIENTS, Duration.ofSeconds(4), Redis.Fsync.ALWAYS, folder);
        return CrashHarness.rounds(plan, stack, new Table(System.out));
    }
}
