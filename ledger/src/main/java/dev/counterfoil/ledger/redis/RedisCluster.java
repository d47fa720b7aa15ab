package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.redis.ClusterView.Address;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The masters of a Redis Cluster, a connection to each. A command goes to the node that holds its key's slot. It is sent again
 * only when a node answered that it did not run it ({@link Redirection}), until the command timeout has passed since the first
 * time; everything else is for the caller to decide. A node that is away fails the calls to its own slots and no others.
 *
 * <p>Who holds what is asked of all masters at the start, every few seconds, and soon after a redirection or a node's trouble.
 */
final class RedisCluster implements RedisServers {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCluster.class);
    private static final Duration REFRESH = Duration.ofSeconds(5);
    private static final Duration PACE = Duration.ofMillis(100);
    private static final Duration PAUSE = Duration.ofMillis(25);
    private static final int MOST_PAUSES = 8;
    private static final int MOST_AT_ONCE = 4;

    private final RedisDriver driver;
    private final List<RedisURI> seeds;
    private final Map<Address, RedisNode> nodes = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<@Nullable RedisNode> owners = new AtomicReferenceArray<>(SlotHash.SLOT_COUNT);
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile List<RedisNode> masters = List.of();
    private volatile List<Address> replicas = List.of();

    private RedisCluster(RedisDriver driver, List<RedisURI> seeds) {
        this.driver = driver;
        this.seeds = seeds;
    }

    /**
     * Learns of the cluster from {@code nodes} and connects to every master, waiting at most {@code patience}.
     *
     * @param from where that answer of CLUSTER NODES comes from
     */
    static RedisCluster open(RedisDriver driver, List<RedisURI> seeds, RedisURI from, String nodes, Duration patience) {
        RedisCluster cluster = new RedisCluster(driver, seeds);
        ClusterView view = new ClusterView();
        view.add(new Address(from.getHost(), from.getPort()), nodes);
        cluster.take(view);
        if (cluster.masters.isEmpty()) {
            throw new LedgerFault.Unavailable("Redis at " + from.getHost() + ":" + from.getPort()
                    + " is a cluster in which nobody holds a slot (expected: a cluster that was created)");
        }
        try {
            CompletableFuture.allOf(
                            cluster.masters.stream().map(RedisNode::connected).toArray(CompletableFuture[]::new))
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (RuntimeException e) {
            List<RedisNode> away = cluster.masters.stream()
                    .filter(node -> !node.connected().isDone())
                    .toList();
            throw new LedgerFault.Unavailable("Redis masters " + away + " cannot be reached within "
                    + patience.toMillis() + " ms; the others of the cluster can");
        }
        driver.later(REFRESH, cluster::refreshRegularly);
        return cluster;
    }

    @Override
    public <T> CompletionStage<T> dispatch(
            byte[] key,
            boolean replicated,
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        int slot = SlotHash.getSlot(key);
        RedisNode owner = owners.get(slot);
        if (owner == null) {
            refreshSoon();
            return CompletableFuture.failedFuture(
                    new LedgerFault.Unavailable("Redis: no node of the cluster holds slot " + slot));
        }
        return new Journey<T>(slot, replicated, command, deadline()).on(owner, false);
    }

    @Override
    public boolean promised(Cell cell) {
        RedisNode owner = owners.get(SlotHash.getSlot(cell.tag()));
        return owner != null && owner.replication().promised();
    }

    @Override
    public boolean replaceable(Cell cell) {
        RedisNode owner = owners.get(SlotHash.getSlot(cell.tag()));
        return owner == null || owner.replication().isReplicated();
    }

    @Override
    public boolean tight(Cell cell) {
        RedisNode owner = owners.get(SlotHash.getSlot(cell.tag()));
        return owner != null && owner.memory().isTight();
    }

    @Override
    public List<RedisNode> masters() {
        return masters;
    }

    private long deadline() {
        return System.nanoTime() + driver.commandTimeout().toNanos();
    }

    /** One command on its way to whoever takes it. */
    private final class Journey<T> {
        private final int slot;
        private final boolean replicated;
        private final Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command;
        private final long deadlineNanos;
        private int redirections;

        Journey(
                int slot,
                boolean replicated,
                Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command,
                long deadlineNanos) {
            this.slot = slot;
            this.replicated = replicated;
            this.command = command;
            this.deadlineNanos = deadlineNanos;
        }

        /**
         * @param asking whether to be taken although the slot is only on its way there. Another thread's command may come
         *     between ASKING and the command, which is then redirected once more; that one's own slot is not on its way.
         */
        CompletionStage<T> on(RedisNode node, boolean asking) {
            Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> sent = commands -> {
                if (asking) {
                    var unused = commands.asking();
                }
                return command.apply(commands);
            };
            CompletionStage<T> result = replicated ? node.replication().dispatch(sent) : node.dispatch(sent);
            return result.exceptionallyCompose(thrown -> {
                Throwable failure = Redirection.unwrapped(thrown);
                return Redirection.of(failure)
                        .filter(redirection -> System.nanoTime() - deadlineNanos < 0)
                        .map(redirection -> follow(redirection, node))
                        .orElseGet(() -> CompletableFuture.failedFuture(failure));
            });
        }

        private CompletionStage<T> follow(Redirection redirection, RedisNode asked) {
            refreshSoon();
            boolean again = redirection.kind() == Redirection.Kind.AGAIN;
            RedisNode target = again ? owner(asked) : named(redirection, asked);
            if (redirection.kind() == Redirection.Kind.MOVED) {
                owners.set(slot, target);
            }
            boolean asking = redirection.kind() == Redirection.Kind.ASK;
            redirections++;
            CompletableFuture<Void> ready = again || redirections > MOST_AT_ONCE ? pause(redirections) : done();
            return ready.thenCompose(waited -> target.connected()
                            .orTimeout(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS))
                    .handle((connected, late) -> late == null)
                    .thenCompose(reached -> reached
                            ? on(target, asking)
                            : CompletableFuture.failedFuture(new LedgerFault.Unavailable(
                                    "Redis at " + target + ", which has the key now, cannot be reached")));
        }

        private RedisNode owner(RedisNode otherwise) {
            RedisNode owner = owners.get(slot);
            return owner == null ? otherwise : owner;
        }
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> pause(int times) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        driver.later(PAUSE.multipliedBy(Math.min(times, MOST_PAUSES)), () -> over.complete(null));
        return over;
    }

    private RedisNode named(Redirection redirection, RedisNode asked) {
        String host = redirection.host().isEmpty() ? asked.host() : redirection.host();
        return node(new Address(host, redirection.port()));
    }

    private RedisNode node(Address address) {
        return nodes.computeIfAbsent(address, unknown -> {
            RedisNode node = new RedisNode(driver, uri(unknown), this::refreshSoon);
            node.connectSoon();
            return node;
        });
    }

    private RedisURI uri(Address address) {
        return RedisURI.builder(seeds.get(0))
                .withHost(address.host())
                .withPort(address.port())
                .build();
    }

    private void refreshRegularly() {
        refreshSoon();
        driver.later(REFRESH, this::refreshRegularly);
    }

    /** At most one at a time and ten a second; whoever asks while one is under way has its answer. */
    private void refreshSoon() {
        if (refreshing.compareAndSet(false, true)) {
            driver.later(PACE, () -> {
                var unused = done().thenCompose(begun -> refresh()).whenComplete(this::refreshed);
            });
        }
    }

    private void refreshed(@Nullable ClusterView view, @Nullable Throwable failure) {
        try {
            if (view != null) {
                take(view);
            } else {
                LOG.warn("the redis cluster does not tell who holds what: {}", String.valueOf(failure));
            }
        } finally {
            refreshing.set(false);
        }
    }

    /** Asks every master that answers; when none does, the nodes that the settings name and the replicas, one by one. */
    private CompletionStage<ClusterView> refresh() {
        ClusterView view = new ClusterView();
        List<CompletableFuture<Boolean>> asked = new ArrayList<>();
        nodes.forEach((address, node) -> {
            if (node.answering()) {
                asked.add(ask(address, node, view));
            }
        });
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenCompose(all -> {
            if (asked.stream().anyMatch(CompletableFuture::join)) {
                return CompletableFuture.completedFuture(view);
            }
            Set<Address> others = new HashSet<>(replicas);
            seeds.forEach(seed -> others.add(new Address(seed.getHost(), seed.getPort())));
            CompletionStage<Boolean> found = CompletableFuture.completedFuture(false);
            for (Address other : others) {
                found = found.thenCompose(
                        known -> known ? CompletableFuture.completedFuture(true) : visit(other, view));
            }
            return found.thenApply(known -> view);
        });
    }

    private static CompletableFuture<Boolean> ask(Address address, RedisNode node, ClusterView view) {
        return node.dispatch(commands -> commands.clusterNodes())
                .thenApply(answer -> {
                    synchronized (view) {
                        view.add(address, answer);
                    }
                    return true;
                })
                .exceptionally(failure -> false)
                .toCompletableFuture();
    }

    /** Asks a node that is not a master as far as is known, over a connection for this one question. */
    private CompletionStage<Boolean> visit(Address address, ClusterView view) {
        RedisNode visited = new RedisNode(driver, uri(address), () -> {});
        visited.connectSoon();
        return visited.connected()
                .orTimeout(driver.commandTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(connected -> ask(address, visited, view))
                .exceptionally(away -> false)
                .whenComplete((known, failure) -> visited.retire(Duration.ZERO));
    }

    /** Slots that nobody claims stay with whom they were: that node's own answer tells more. */
    private void take(ClusterView view) {
        Set<RedisNode> holding = new HashSet<>();
        for (int slot = 0; slot < SlotHash.SLOT_COUNT; slot++) {
            Address owner = view.owner(slot);
            if (owner != null) {
                owners.set(slot, node(owner));
            }
            RedisNode holder = owners.get(slot);
            if (holder != null) {
                holding.add(holder);
            }
        }
        nodes.forEach((address, node) -> {
            if (holding.contains(node)) {
                node.replication().replicated(view.isReplicated(address));
            } else if (nodes.remove(address, node)) {
                node.retire(driver.commandTimeout().multipliedBy(2));
            }
        });
        if (!masters.isEmpty() && !holding.equals(new HashSet<>(masters))) {
            LOG.info("the masters of the redis cluster are now {}", holding);
        }
        masters = List.copyOf(holding);
        if (!view.replicas().isEmpty()) {
            replicas = List.copyOf(view.replicas());
        }
    }
}
