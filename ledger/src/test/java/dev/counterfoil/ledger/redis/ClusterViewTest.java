package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.redis.ClusterView.Address;
import dev.counterfoil.ledger.redis.Redirection.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterViewTest {
    private static final Address OLD = new Address("10.0.0.1", 7000);
    private static final Address NEW = new Address("10.0.0.2", 7000);

    /** A node that was cut off still says that it is the master. */
    private static final String BEFORE = """
            aaa 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460
            bbb 10.0.0.2:7000@17000 slave aaa 0 0 1 connected
            ccc 10.0.0.3:7000@17000 master - 0 0 3 connected 5461-16383
            """;

    private static final String AFTER = """
            aaa 10.0.0.1:7000@17000 master,fail - 0 0 1 disconnected
            bbb 10.0.0.2:7000@17000 myself,master - 0 0 7 connected 0-5460
            ccc 10.0.0.3:7000@17000 master - 0 0 3 connected 5461-16383 [5461->-bbb]
            """;

    @Test
    void the_claim_of_the_highest_epoch_wins_whoever_is_heard_first() {
        ClusterView first = new ClusterView();
        first.add(OLD, BEFORE);
        assertThat(first.owner(5460)).isEqualTo(OLD);
        assertThat(first.isReplicated(OLD)).isTrue();
        first.add(NEW, AFTER);
        assertThat(first.owner(0)).isEqualTo(NEW);
        assertThat(first.owner(5461)).isEqualTo(new Address("10.0.0.3", 7000));
        ClusterView second = new ClusterView();
        second.add(NEW, AFTER);
        second.add(OLD, BEFORE);
        assertThat(second.owner(5460)).isEqualTo(NEW);
        assertThat(second.replicas()).containsExactly(NEW);
    }

    @Test
    void a_replica_that_failed_may_still_be_promoted_and_a_node_without_an_address_is_where_it_was_reached() {
        ClusterView view = new ClusterView();
        view.add(OLD, """
                aaa :0@0 myself,master - 0 0 1 connected 0-16383
                bbb 10.0.0.2:7000@17000 slave,fail aaa 0 0 1 disconnected
                """);
        assertThat(view.owner(16_383)).isEqualTo(OLD);
        assertThat(view.isReplicated(OLD)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "MOVED 3999 10.0.0.1:6381, MOVED, 10.0.0.1, 6381",
        "ASK 3999 ::1:6381, ASK, ::1, 6381",
        "MOVED 3999 :6381, MOVED, '', 6381",
        "MOVED 3999 ?:6381, MOVED, '', 6381",
        "TRYAGAIN Multiple keys request during rehashing of slot, AGAIN, '', 0",
    })
    void a_redirection_says_where_to(String message, Kind kind, String host, int port) {
        assertThat(Redirection.of(new RedisCommandExecutionException(message)))
                .contains(new Redirection(kind, host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLUSTERDOWN The cluster is down",
                "ERR user_script:1: MOVED 1 h:1",
                "MOVED",
                "MOVED 1 nowhere",
                "MOVED 1 h:99999999"
            })
    void nothing_else_is_sent_again(String message) {
        assertThat(Redirection.of(new RedisCommandExecutionException(message))).isEmpty();
        assertThat(Redirection.of(new IllegalStateException("MOVED 1 h:1"))).isEmpty();
    }
}
