package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.books.Difference;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.books.Reconciliation;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.testing.Ledgers;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What decides who may spend and is no balance: a value of it that somebody changed is named, whichever store is wrong. */
class WhatIsRestoredIsReconciledIT {
    private static final String EVER = QuotaLeg.keyOf("account", "tea", "u:张三", "ever");
    private static final String DAY = QuotaLeg.keyOf("account", "tea", "u:张三", "2026-11-27");

    private final List<String> progress = new ArrayList<>();
    private Sale sale;

    @BeforeEach
    void open() {
        sale = new Sale();
        sale.startSettling();
        sale.awaitSettled(sale.everything());
    }

    @AfterEach
    void close() {
        sale.close();
    }

    @Test
    void in_redis() {
        assertThat(reconciled().differences()).isEmpty();
        assertThat(reconciled().cells().get(0).quotas()).isEqualTo(2);
        assertThat(progress).contains("demo.0 cards 6 of 6");
        List<String> open = sale.servers.query("select seq from afterwards where status = 'held' order by seq");
        redis(commands -> commands.set(bytes(RedisKeys.quota(CELL, EVER)), bytes("3")));
        redis(commands -> commands.del(bytes(RedisKeys.quota(CELL, DAY))));
        redis(commands -> commands.zadd(bytes(RedisKeys.holds(CELL)), 5, bytes("2")));
        redis(commands -> commands.zadd(bytes(RedisKeys.holds(CELL)), 6, bytes(open.get(0))));
        redis(commands -> commands.zrem(bytes(RedisKeys.holds(CELL)), bytes(open.get(1))));
        redis(commands -> commands.hset(bytes(RedisKeys.card(CELL, Sale.card(1))), bytes("x"), bytes("4000000000000")));
        redis(commands -> commands.hset(bytes(RedisKeys.card(CELL, Sale.card(5))), bytes("o"), bytes("u9")));
        Reconciliation result = reconciled();
        assertThat(result.balanced()).isFalse();
        assertThat(result.differences())
                .extracting(Difference::what, Difference::subject)
                .containsExactlyInAnyOrder(
                        tuple("quota", EVER),
                        tuple("quota", DAY),
                        tuple("hold", "2"),
                        tuple("hold", open.get(0)),
                        tuple("hold", open.get(1)),
                        tuple("expiry", "card_A%015d".formatted(1)),
                        tuple("owner", "card_A%015d".formatted(5)));
    }

    @Test
    void in_postgresql() {
        execute("update quota set used = used + 1 where expires_at is null");
        execute("update card set owner = null, expires_at = null where id = '" + Sale.card(4) + "'");
        execute(
                "update afterwards set status = 'released' where seq = (select min(seq) from afterwards where status = 'held')");
        assertThat(reconciled().differences())
                .extracting(Difference::what)
                .containsExactlyInAnyOrder("quota", "owner", "expiry", "hold");
    }

    private Reconciliation reconciled() {
        return new Reconcile(
                        sale.servers.database(),
                        sale.redis,
                        cell -> {},
                        Duration.ofSeconds(20),
                        (what, done, all) -> progress.add(what + " " + done + " of " + all))
                .all();
    }

    private void execute(String sql) {
        sale.servers.database().jdbi().useHandle(handle -> handle.execute(sql));
    }

    private <T> void redis(Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        T unused = Ledgers.await(sale.redis.call(command));
    }
}
