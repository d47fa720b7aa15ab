package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Auditor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Load, a fault, its end, load again; then every unknown outcome is asked for until it is known, every answer is asked for
 * again, and what clients were told is held against the books.
 */
final class Round {
    private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(60);
    private static final Duration COLD_FOR_GOOD = Duration.ofSeconds(5);
    private static final Duration RESOLVED_WITHIN = Duration.ofSeconds(30);
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(30);
    private static final Duration SPARED_WITHIN = Duration.ofSeconds(15);
    private static final int LEAST_LOAD_MS = 500;
    private static final int MOST_LOAD_MS = 2_500;
    private static final int MOST_DOWN_MS = 1_500;
    private static final int LOAD_AFTER_MS = 500;
    private static final int KEPT = 20;

    /**
     * What became of a round.
     *
     * @param recoverySeconds from the end of the fault until a redemption begun after it was answered and settled
     * @param trouble what else went wrong; empty when nothing did
     */
    record Result(int number, Fault fault, String note, Verdict verdict, double recoverySeconds, String trouble) {
        boolean good() {
            return verdict.good() && trouble.isEmpty();
        }
    }

    private final Stack stack;
    private final int number;
    private final long seed;
    private final int clients;
    private final Duration lasting;
    private final List<String> troubles = new ArrayList<>();

    Round(Stack stack, int number, long seed, int clients, Duration lasting) {
        this.stack = stack;
        this.number = number;
        this.seed = seed;
        this.clients = clients;
        this.lasting = lasting;
    }

    Result play(Fault fault) throws IOException, InterruptedException, SQLException {
        Random random = new Random(seed * 31 + number);
        Scene scene = new Scene(stack, random);
        List<Target> targets = stack.sites().stream()
                .map(site -> stack.installation().target(site.gateway().url()))
                .toList();
        String run = "c" + Long.toString(seed & 0xffffff, 36) + "r" + number;
        Shelf shelf = Shelf.fill(targets.get(0), run, stack.books(), fault.lasts() ? lasting : Duration.ZERO);
        long before = settledSequence();
        if (fault.isPowerLoss()) {
            scene.followFsyncs();
        }
        try (Shop shop = new Shop(targets, shelf, stack.books(), seed * 31 + number, clients)) {
            shop.open();
            Thread.sleep(LEAST_LOAD_MS + random.nextInt(MOST_LOAD_MS - LEAST_LOAD_MS));
            awaitSpared(Fault.Spared.REDEMPTIONS, shop, Long.MIN_VALUE, "before the fault");
            fault.strike(scene);
            long struck = System.nanoTime();
            Thread.sleep(random.nextInt(fault.lasts() ? (int) lasting.toMillis() : MOST_DOWN_MS));
            awaitSpared(fault.spares(), shop, struck, "during the fault");
            long lifted = System.nanoTime();
            fault.lift(scene);
            double recovery = recover(shop, lifted);
            Thread.sleep(LOAD_AFTER_MS);
            shop.closeDoors();
            shop.resolve(troubles.isEmpty() ? RESOLVED_WITHIN : Duration.ZERO);
            Verdict verdict = judge(shop, before);
            return new Result(number, fault, scene.note(), verdict, recovery, String.join("; ", troubles));
        }
    }

    /** Waits for a sign that what is spared goes on: a redemption begun since, answered and, as the case may be, settled. */
    private void awaitSpared(Fault.Spared spared, Shop shop, long since, String when) throws InterruptedException {
        boolean settlement = spared == Fault.Spared.REDEMPTIONS_AND_SETTLEMENT;
        long deadline = System.nanoTime() + SPARED_WITHIN.toNanos();
        while (spared != Fault.Spared.NOTHING) {
            Shop.Probe probe = shop.newest();
            if (probe.begunNanos() > since && (!settlement || settledUpTo(probe.sequence()))) {
                return;
            }
            if (System.nanoTime() > deadline) {
                troubles.add((settlement ? "settlement" : "redeeming") + " did not go on " + when);
                return;
            }
            Thread.sleep(20);
        }
    }

    private double recover(Shop shop, long lifted) throws InterruptedException {
        long deadline = lifted + RECOVERED_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            Shop.Probe probe = shop.newest();
            if (probe.begunNanos() > lifted && settledUpTo(probe.sequence())) {
                return (System.nanoTime() - lifted) / 1e9;
            }
            @Nullable Duration cold = shop.coldFor();
            if (cold != null && cold.compareTo(COLD_FOR_GOOD) > 0) {
                troubles.add("the cell is cold");
                return Double.NaN;
            }
            Thread.sleep(20);
        }
        troubles.add("not recovered within " + RECOVERED_WITHIN.toSeconds() + " s");
        return Double.NaN;
    }

    /** Waits a moment for it: the newest probe moves on all the time. */
    private boolean settledUpTo(long sequence) throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            try {
                if (settledSequence() >= sequence) {
                    return true;
                }
            } catch (SQLException e) {
                return false;
            }
            Thread.sleep(20);
        }
        return false;
    }

    private long settledSequence() throws SQLException {
        try (Settled settled = Settled.open(stack.addresses())) {
            return settled.sequence();
        }
    }

    private Verdict judge(Shop shop, long before) throws InterruptedException, SQLException {
        List<Operation> posted = new ArrayList<>(shop.operations().stream()
                .filter(operation -> operation.state() == Operation.State.POSTED)
                .toList());
        if (troubles.isEmpty()) {
            audit();
        }
        Verdict verdict;
        try (Settled settled = Settled.open(stack.addresses())) {
            verdict = Verdict.of(shop.operations(), settled.after(before))
                    .andBalances(stack.books(), Shelf.FACE, settled.balances(Shelf.CARD_TYPE), settled.units());
        }
        if (troubles.isEmpty()) {
            Collections.shuffle(posted, new Random(seed));
            List<Operation> asked = new ArrayList<>(stack.books().remembered());
            asked.addAll(posted);
            verdict = verdict.andReplays(shop.replay(asked));
            stack.books().remember(posted.subList(0, Math.min(KEPT, posted.size())));
        }
        return verdict;
    }

    /** Waits until everything is settled. */
    private void audit() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        if (Auditor.audit(stack.addresses(), "demo", SETTLED_WITHIN, out) != 0) {
            troubles.add("the auditor says:\n" + printed.toString(StandardCharsets.UTF_8));
        }
    }
}
