package dev.counterfoil.loadtest.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/** Many connections that send at the same time, what is found, and the smallest request that shows it again. */
final class Barrage implements AutoCloseable {
    /** Past it nothing new is learnt. */
    static final int MOST_FINDINGS = 20;

    private static final int TRIES = 2;

    private final InetSocketAddress server;
    private final Shots shots;
    private final Oracle oracle;
    private final Learner learner;
    private final int connections;
    private final Duration hangsAfter;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch");
        thread.setDaemon(true);
        return thread;
    });

    Barrage(
            InetSocketAddress server,
            Shots shots,
            Oracle oracle,
            Learner learner,
            int connections,
            Duration hangsAfter,
            PrintStream out) {
        this.out = out;
        this.server = server;
        this.shots = shots;
        this.oracle = oracle;
        this.learner = learner;
        this.connections = connections;
        this.hangsAfter = hangsAfter;
    }

    /** Sends those from {@code from} until before {@code until}; ends early where too much was found. */
    void fire(long from, long until) throws IOException, InterruptedException {
        AtomicLong next = new AtomicLong(from);
        ExecutorService gunners = Executors.newFixedThreadPool(connections);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            running.add(gunners.submit(() -> {
                try (Gun gun = gun()) {
                    for (long index = next.getAndIncrement();
                            index < until && findings().size() < MOST_FINDINGS;
                            index = next.getAndIncrement()) {
                        judge(gun.fire(shots.of(index, List.of())));
                    }
                }
                return null;
            }));
        }
        gunners.shutdown();
        for (Future<?> each : running) {
            try {
                Object unused = each.get();
            } catch (ExecutionException e) {
                throw new IOException("the gateway cannot be reached: " + e.getCause(), e);
            }
        }
    }

    Gun gun() {
        return new Gun(server, watch, hangsAfter);
    }

    private void judge(Exchange exchange) {
        tally.count(exchange);
        learner.learn(exchange);
        for (String what : oracle.check(exchange)) {
            Finding finding = new Finding(what, exchange);
            synchronized (findings) {
                if (findings.putIfAbsent(finding.cause(), finding) == null) {
                    out.println("found: " + what + " (-Dfrom=" + exchange.shot().index() + ", "
                            + exchange.shot().label() + ")");
                }
            }
        }
    }

    /** The first of each cause. */
    List<Finding> findings() {
        synchronized (findings) {
            return List.copyOf(findings.values());
        }
    }

    /** The request of {@code finding} with as few mutations as show something of the same kind; the same one where none does. */
    Shot smallest(Finding finding) {
        Shot smallest = finding.exchange().shot();
        int drawn = smallest.mutations().size();
        List<Integer> left = new ArrayList<>();
        for (int place = 0; place < drawn && drawn > 1; place++) {
            List<Integer> without = new ArrayList<>(left);
            without.add(place);
            Shot smaller = shots.of(smallest.index(), without);
            if (!smaller.mutations().isEmpty() && shows(smaller, finding.kind())) {
                left = without;
                smallest = smaller;
            }
        }
        return smallest;
    }

    private boolean shows(Shot shot, String kind) {
        for (int i = 0; i < TRIES; i++) {
            try (Gun gun = gun()) {
                Exchange exchange = gun.fire(shot);
                if (oracle.check(exchange).stream().anyMatch(what -> what.startsWith(kind + ":"))) {
                    return true;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return false;
    }

    Tally tally() {
        return tally;
    }

    @Override
    public void close() {
        List<Runnable> unused = watch.shutdownNow();
    }
}
