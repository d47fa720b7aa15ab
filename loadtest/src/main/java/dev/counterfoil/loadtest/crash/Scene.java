package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.crash.Stack.Site;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Postgresql;
import dev.counterfoil.loadtest.stack.Redis;
import dev.counterfoil.loadtest.stack.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The stack in one round, with what that round drew: which gateway, whose network, how long. One thread. */
final class Scene {
    private static final int SETTLEMENT_HELD_MS = 1_200;
    private static final Duration BAD_MOMENT_WITHIN = Duration.ofMillis(1_500);
    private static final long MUCH_TO_LOSE_BYTES = 8_192;
    private static final Duration HINDERED_WITHIN = Duration.ofSeconds(10);
    private static final Duration FULL_WITHIN = Duration.ofSeconds(10);
    private static final int LONGEST_LIFE_MS = 2_500;

    private final Stack stack;
    private final Random random;
    private final Site victim;
    private final boolean allLinks;
    private @Nullable FsyncTracker tracker;
    private FullDisk.@Nullable Filled full;
    private long hinderedBefore;
    private String note = "";

    Scene(Stack stack, Random random) {
        this.stack = stack;
        this.random = random;
        this.victim = stack.sites().get(random.nextInt(stack.sites().size()));
        this.allLinks = random.nextBoolean();
    }

    Redis redis() {
        return stack.redis();
    }

    Postgresql postgresql() {
        return stack.postgresql();
    }

    Gateway gateway() {
        return victim.gateway();
    }

    List<Gateway> gateways() {
        return stack.sites().stream().map(Site::gateway).toList();
    }

    /** Those of the drawn gateway, or of all. */
    List<Link> toRedis() {
        return allLinks ? stack.sites().stream().map(Site::toRedis).toList() : List.of(victim.toRedis());
    }

    List<Link> toPostgresql() {
        return allLinks ? stack.sites().stream().map(Site::toPostgresql).toList() : List.of(victim.toPostgresql());
    }

    /** What there is to say about what was drawn or found. */
    String note() {
        return note;
    }

    /** To be called before the load, on a quiet Redis, in a round that ends with a loss of power. */
    void followFsyncs() throws IOException, InterruptedException {
        tracker = FsyncTracker.follow(redis().process().pid(), redis().appendOnlyFolder());
    }

    void kill(Gateway gateway) throws IOException, InterruptedException {
        kill(List.of(gateway));
    }

    void kill(List<Gateway> gateways) throws IOException, InterruptedException {
        for (Gateway gateway : gateways) {
            gateway.process().kill();
        }
    }

    void kill(Server server) throws IOException, InterruptedException {
        server.process().kill();
    }

    void killAll() throws IOException, InterruptedException {
        // In any order: each end must be harmless before the next.
        if (random.nextBoolean()) {
            kill(redis());
            kill(gateways());
            kill(postgresql());
        } else {
            kill(postgresql());
            kill(redis());
            kill(gateways());
        }
    }

    /**
     * Holds settlement back for a moment, so that Redis alone answers for what is acknowledged then; kills it, when it has
     * much to lose if it ever has; and takes away what it had not synced.
     */
    void powerLoss(boolean ofAll) throws IOException, InterruptedException {
        FsyncTracker followed = tracker;
        if (followed == null) {
            throw new IllegalStateException("fsyncs are not followed");
        }
        postgresql().process().pause();
        Thread.sleep(SETTLEMENT_HELD_MS);
        long latest = System.nanoTime() + BAD_MOMENT_WITHIN.toNanos();
        while (followed.unsynced() < MUCH_TO_LOSE_BYTES && System.nanoTime() < latest) {
            Thread.onSpinWait();
        }
        kill(redis());
        if (ofAll) {
            kill(gateways());
            kill(postgresql());
        } else {
            postgresql().process().resume();
        }
        long taken = followed.cut();
        note = followed.syncs() + " fsyncs, " + taken + " bytes cut";
        if (followed.syncs() == 0 && taken == 0) {
            throw new IOException("no fsync and no unsynced byte was seen: the loss of power did not happen");
        }
    }

    /** Redis has to end by itself rather than answer for what it cannot write down. */
    void fillDiskOfRedis() throws IOException, InterruptedException {
        FullDisk.Filled disk = FullDisk.fill(List.of(redis().process().pid()), redis().appendOnlyFolder());
        boolean ended = redis().process().endsWithin(FULL_WITHIN);
        note = disk.refused() + " writes refused";
        if (!ended || disk.refused() == 0) {
            throw new IOException("Redis goes on with a full disk, " + note);
        }
    }

    void fillDiskOfPostgresql() throws IOException, InterruptedException {
        full = FullDisk.fill(
                postgresql().process().family().stream().map(ProcessHandle::pid).toList(),
                postgresql().dataFolder());
    }

    void freeDiskOfPostgresql() throws IOException, InterruptedException {
        FullDisk.Filled disk = full;
        if (disk == null) {
            throw new IllegalStateException("no disk was filled");
        }
        long latest = System.nanoTime() + FULL_WITHIN.toNanos();
        while (disk.refused() == 0 && System.nanoTime() < latest) {
            Thread.sleep(10);
        }
        disk.freed();
        note = disk.refused() + " writes refused";
        if (disk.refused() == 0) {
            throw new IOException("PostgreSQL wrote nothing new: its disk was not full");
        }
        restartDead();
    }

    void network(List<Link> links, Link.State state) {
        hinderedBefore = links.stream().mapToLong(Link::hindered).sum();
        note = links.size() == 1 ? "of " + victim.gateway() : "of both";
        links.forEach(link -> link.set(state));
    }

    /** A network is mended only after it has hindered something. */
    void mend(List<Link> links) throws IOException, InterruptedException {
        long latest = System.nanoTime() + HINDERED_WITHIN.toNanos();
        long hindered = 0;
        while (hindered == 0 && System.nanoTime() < latest) {
            Thread.sleep(10);
            hindered = links.stream().mapToLong(Link::hindered).sum() - hinderedBefore;
        }
        links.forEach(link -> link.set(Link.State.OPEN));
        if (hindered == 0) {
            throw new IOException("nothing was on the way: the network was not cut");
        }
        note += ", " + hindered + " hindered";
    }

    /** Servers first; each is waited for, but gateways start together. */
    void restartDead() throws IOException, InterruptedException {
        for (Server server : List.of(postgresql(), redis())) {
            if (!server.process().isAlive()) {
                server.restart();
            }
        }
        List<Gateway> dead = gateways().stream()
                .filter(gateway -> !gateway.process().isAlive())
                .toList();
        for (Gateway gateway : dead) {
            gateway.restart();
        }
        for (Gateway gateway : dead) {
            gateway.awaitReady();
        }
    }

    /** The gateway is killed again at some moment of its start or just after. */
    void restartAndKillAgain() throws IOException, InterruptedException {
        gateway().restart();
        int life = random.nextInt(LONGEST_LIFE_MS);
        Thread.sleep(life);
        note = "again after " + life + " ms";
        kill(gateway());
        restartDead();
    }
}
