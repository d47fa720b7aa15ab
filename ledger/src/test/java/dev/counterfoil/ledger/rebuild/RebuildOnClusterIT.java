package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import dev.counterfoil.ledger.rebuild.Rebuild.Allowed;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.testing.SharedCluster;
import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same on a Redis Cluster whose masters were emptied: the cell is on one of them, and a replica has it when it opens. */
class RebuildOnClusterIT {
    private final RedisClusterOfTests cluster = SharedCluster.get();
    private Sale sale;

    @BeforeEach
    void open() {
        flush();
        sale = new Sale(() -> RedisConnection.open(cluster.uri(), Duration.ofSeconds(10), Duration.ofSeconds(5)));
        sale.startSettling();
    }

    @AfterEach
    void close() {
        sale.close();
        flush();
    }

    private void flush() {
        for (int third = 0; third < RedisClusterOfTests.MASTERS; third++) {
            cluster.master(third).order("FLUSHALL");
            cluster.master(third).order("SCRIPT FLUSH");
        }
    }

    @Test
    void a_cell_that_the_cluster_lost_is_what_it_was() {
        long last = sale.everything();
        sale.awaitSettled(last);
        SortedMap<String, String> before = CellKeys.read(sale.redis, CELL);
        flush();
        assertThatThrownBy(() -> sale.redeem(1, 1, false)).isInstanceOf(LedgerFault.Cold.class);
        assertThat(sale.rebuild().rebuild(CELL, Allowed.COLD).sequence()).isEqualTo(last);
        assertThat(CellKeys.read(sale.redis, CELL)).isEqualTo(before);
        sale.redeem(1, 1, false);
        sale.awaitSettled(last + 1);
        assertThat(new Reconcile(sale.servers.database(), sale.redis, cell -> {}, Duration.ofSeconds(20))
                        .all()
                        .differences())
                .isEmpty();
    }
}
