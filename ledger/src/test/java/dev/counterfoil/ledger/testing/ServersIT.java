package dev.counterfoil.ledger.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class ServersIT {
    @Test
    void each_fresh_database_is_empty_and_ones_own() throws Exception {
        String first = Servers.freshDatabase();
        String second = Servers.freshDatabase();
        assertThat(first).isNotEqualTo(second).isNotEqualTo(Servers.jdbcUri());
        for (String uri : new String[] {first, second}) {
            try (Connection connection = Servers.connect(uri);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE mine (id bigint)");
                try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM mine")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isZero();
                }
            }
        }
    }

    @Test
    void a_flush_empties_redis() throws Exception {
        try (RedisWire redis = RedisWire.to(Servers.redisUri())) {
            assertThat(redis.send("SET a 1")).isEqualTo("+OK");
            Servers.flushRedis();
            assertThat(redis.send("DBSIZE")).isEqualTo(":0");
        }
    }
}
