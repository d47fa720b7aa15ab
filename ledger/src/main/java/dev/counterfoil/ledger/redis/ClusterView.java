package dev.counterfoil.ledger.redis;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which slot, put together from what several nodes say. They may contradict each other for a while after a failover;
 * the claim of the highest configuration epoch wins, which is the rule of the cluster itself.
 */
final class ClusterView {
    /** Where a node is reached. */
    record Address(String host, int port) {}

    private final @Nullable Address[] owners = new Address[SlotHash.SLOT_COUNT];
    private final long[] epochs = new long[SlotHash.SLOT_COUNT];
    private final Map<String, Address> addresses = new HashMap<>();
    private final Set<Address> replicated = new HashSet<>();
    private final Set<Address> replicas = new HashSet<>();

    /**
     * Adds what one node says.
     *
     * @param from where that node was reached, which it may not know itself
     * @param nodes its answer to CLUSTER NODES
     */
    void add(Address from, String nodes) {
        Iterable<RedisClusterNode> said = ClusterPartitionParser.parse(nodes);
        for (RedisClusterNode node : said) {
            Address address = address(from, node);
            if (address != null) {
                addresses.put(node.getNodeId(), address);
                node.forEachSlot(slot -> claim(slot, address, node.getConfigEpoch()));
            }
        }
        for (RedisClusterNode node : said) {
            String master = node.getSlaveOf();
            Address address = addresses.get(node.getNodeId());
            if (master != null && address != null) {
                replicas.add(address);
                Address replicatedBy = addresses.get(master);
                if (replicatedBy != null) {
                    replicated.add(replicatedBy);
                }
            }
        }
    }

    /** The node that holds {@code slot}, or null when nobody is known to. */
    @Nullable
    Address owner(int slot) {
        return owners[slot];
    }

    /**
     * Whether that master has a replica. One that failed counts as well: it may come back, without the latest writes, and be
     * promoted before it has caught up. One that is gone for good has to be forgotten by the cluster.
     */
    boolean isReplicated(Address master) {
        return replicated.contains(master);
    }

    /** Every replica that was named, alive or not. */
    Set<Address> replicas() {
        return replicas;
    }

    private void claim(int slot, Address address, long epoch) {
        if (owners[slot] == null || epoch > epochs[slot]) {
            owners[slot] = address;
            epochs[slot] = epoch;
        }
    }

    private static @Nullable Address address(Address from, RedisClusterNode node) {
        if (node.getUri() != null && !node.getUri().getHost().isEmpty()) {
            return new Address(node.getUri().getHost(), node.getUri().getPort());
        }
        return node.is(NodeFlag.MYSELF) ? from : null;
    }
}
