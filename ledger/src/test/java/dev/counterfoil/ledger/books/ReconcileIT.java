package dev.counterfoil.ledger.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.settlement.SettleOnce;
import dev.counterfoil.ledger.settlement.SettlementBench;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reconciliation of what the real ledger posted and the real settler settled. */
class ReconcileIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private SettlementBench bench;
    private Settler settler;
    private RealSale sale;
    private RedisConnection redis;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        redis = RedisConnection.open(Servers.redisUri(), Duration.ofSeconds(5), Duration.ofSeconds(10));
        settler = bench.settler(new SettlementSettings(2, 500, Duration.ofMillis(20), Duration.ofMillis(200), 100));
        settler.start();
        sale = new RealSale(bench, "demo", settler::markDirty);
        sale.open();
    }

    @AfterEach
    void close() {
        settler.close();
        redis.close();
        bench.close();
    }

    @Test
    void a_sale_balances_when_it_is_over() {
        var quiet = bench.program("quiet");
        sale.trade(1, 3_000);
        Reconciliation result = reconcile().all();
        assertThat(result.differences()).isEmpty();
        assertThat(result.balanced()).isTrue();
        CellBooks demo = result.cells().get(0);
        assertThat(demo.cards()).isEqualTo(RealSale.CARDS);
        assertThat(demo.items()).isEqualTo(2);
        assertThat(demo.accounts()).isEqualTo(RealSale.HOLDERS);
        CellBooks.Total total = demo.totals().get(0);
        assertThat(total.issued()).isEqualTo(BigInteger.valueOf(RealSale.CARDS * 10_000L));
        assertThat(total.redeemed()).isPositive();
        assertThat(total.voided()).isPositive();
        assertThat(total.adjusted()).isNegative();
        assertThat(total.issued())
                .isEqualTo(total.balances()
                        .add(total.redeemed())
                        .add(total.voided())
                        .add(total.adjusted()));
        assertThat(result.table()).contains("demo.0").endsWith("balanced\n").doesNotContain("NOT");
        assertThat(result.toJson().getBoolean("balanced")).isTrue();
    }

    @Test
    void dead_letters_name_what_they_move_and_nothing_else_differs_until_they_are_settled() throws Exception {
        long first = bench.number("select settled_seq from cell where program = 'demo'") + 500;
        bench.database
                .jdbi()
                .useHandle(h -> h.execute("alter table transactions add constraint refused check (seq not in (" + first
                        + "," + (first + 77) + "))"));
        sale.trade(5, 1_500);
        Reconciliation result = reconcile().all();
        assertThat(result.balanced()).isFalse();
        assertThat(result.differences())
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.what()).isEqualTo("dead letter"));
        assertThat(result.table()).contains("dead letter", "not since sequence " + first);
        assertThat(bench.number("select count(*) from transactions where seq > " + (first + 77)))
                .isPositive();

        bench.database.jdbi().useHandle(h -> h.execute("alter table transactions drop constraint refused"));
        SettleOnce.Done done = new SettleOnce(bench.database, redis, SettlementSettings.DEFAULTS)
                .retryDeadLetters()
                .get(0);
        assertThat(done.deadLetters()).isZero();
        assertThat(reconcile().all().differences()).isEmpty();
    }

    @Test
    void totals_that_no_long_holds_balance() {
        long most = (1L << 53) - 1;
        sale.issue(1_000, 1_100, most);
        Reconciliation result = reconcile().all();
        assertThat(result.differences()).isEmpty();
        BigInteger issued =
                BigInteger.valueOf(most).multiply(BigInteger.valueOf(1_100)).add(BigInteger.valueOf(7_000_000));
        CellBooks.Total total = result.cells().get(0).totals().get(0);
        assertThat(total.issued()).isEqualTo(issued).isEqualTo(total.balances());
        assertThat(result.toJson().encode()).contains("\"issued\":" + issued);
        assertThat(result.table()).contains("issued " + issued);
    }

    @Test
    void it_balances_again_and_again_while_the_sale_goes_on() throws Exception {
        ExecutorService traders = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> trading = new ArrayList<>();
            trading.add(traders.submit(() -> sale.trade(2, 4_000)));
            trading.add(traders.submit(() -> sale.trade(3, 4_000)));
            int during = 0;
            while (!trading.stream().allMatch(Future::isDone)) {
                assertThat(reconcile().all().differences()).isEmpty();
                during++;
            }
            for (Future<?> each : trading) {
                var done = each.get();
            }
            assertThat(during).isPositive();
        } finally {
            traders.shutdownNow();
        }
        assertThat(reconcile().program("demo").differences()).isEmpty();
    }

    @Test
    void corrupted_values_in_redis_are_named() {
        sale.trade(4, 300);
        assertThat(reconcile().all().balanced()).isTrue();
        String card = RedisKeys.card(sale.cell, RealSale.id(42));
        long balance = Long.parseLong(sale.hget(card, "b"));
        long units = Long.parseLong(sale.hget(RedisKeys.item(sale.cell, "crab"), "u"));
        sale.hset(card, "b", Long.toString(balance + 1));
        sale.hset(RedisKeys.card(sale.cell, RealSale.id(43)), "s", "i");
        sale.hset(RedisKeys.item(sale.cell, "crab"), "u", Long.toString(units - 5));
        sale.hset(RedisKeys.card(sale.cell, RealSale.id(9_999)), "b", "777");
        run(commands -> commands.del(RedisKeys.bytes(RedisKeys.card(sale.cell, RealSale.id(44)))));
        run(commands -> commands.lpop(RedisKeys.bytes(RedisKeys.codes(sale.cell, "video"))));

        Reconciliation result = reconcile().all();
        assertThat(result.balanced()).isFalse();
        assertThat(result.differences())
                .extracting(Difference::what, Difference::subject)
                .containsExactlyInAnyOrder(
                        tuple("balance", "card_" + RealSale.api(42)),
                        tuple("state", "card_" + RealSale.api(43)),
                        tuple("card", "card_" + RealSale.api(44)),
                        tuple("card", RealSale.id(9_999)),
                        tuple("units", "crab"),
                        tuple("codes", "video"));
        assertThat(result.differences())
                .contains(new Difference(
                        sale.cell,
                        "balance",
                        "card_" + RealSale.api(42),
                        Long.toString(balance + 1),
                        Long.toString(balance)));
        assertThat(result.cells().get(0).differing()).isEqualTo(6);
        assertThat(result.table()).contains("card_" + RealSale.api(42)).endsWith("NOT BALANCED\n");
    }

    @Test
    void corrupted_values_in_postgresql_are_named() {
        sale.trade(5, 300);
        assertThat(reconcile().all().balanced()).isTrue();
        execute("update card set balance = balance + 1 where id = '" + RealSale.id(42) + "'");
        execute("update card set state = 'i' where id = '" + RealSale.id(43) + "'");
        execute("update item set units = units + 2 where sku = 'crab'");
        execute("update code set state = 'delivered' where state = 'available' and sku = 'video'"
                + " and id = (select max(id) from code where state = 'available')");
        execute("delete from transactions where seq = 20");

        assertThat(reconcile().all().differences())
                .extracting(Difference::what, Difference::subject)
                .containsExactlyInAnyOrder(
                        tuple("balance", "card_" + RealSale.api(42)),
                        tuple("state", "card_" + RealSale.api(43)),
                        tuple("units", "crab"),
                        tuple("sequence", ""),
                        tuple("total", "CNY"),
                        tuple("total", "stock:crab"),
                        tuple("total", "available video"));
        assertThat(reconcile().all().table()).contains("20 is missing");
    }

    @Test
    void a_corrupted_account_is_named_whichever_store_is_wrong() {
        sale.trade(7, 2_000);
        assertThat(reconcile().all().differences()).isEmpty();
        String one = RealSale.holder(1);
        String two = RealSale.holder(2);
        String key = RedisKeys.account(sale.cell, one);
        sale.hset(key, "b:CNY", Long.toString(Long.parseLong(sale.hget(key, "b:CNY")) + 1));
        execute("update account_balance set balance = balance + 1 where account = '" + two + "'");
        execute("update account set verified = true where id = '" + RealSale.holder(3) + "'");
        Reconciliation result = reconcile().all();
        assertThat(result.balanced()).isFalse();
        assertThat(result.differences())
                .extracting(difference -> difference.what() + " " + difference.subject())
                .containsExactlyInAnyOrder(
                        "balance account:CNY:" + one,
                        "balance account:CNY:" + two,
                        "flags account:CNY:" + RealSale.holder(3),
                        "total CNY of accounts");
    }

    @Test
    void a_value_changed_the_same_on_both_sides_still_upsets_the_totals() {
        String card = RedisKeys.card(sale.cell, RealSale.id(42));
        assertThat(reconcile().all().balanced()).isTrue();
        sale.hset(card, "b", "123456");
        execute("update card set balance = 123456 where id = '" + RealSale.id(42) + "'");
        assertThat(reconcile().all().differences())
                .extracting(Difference::what, Difference::subject)
                .containsExactly(tuple("total", "CNY"));
    }

    @Test
    void a_card_found_corrupt_is_named_also_while_the_sale_goes_on() throws Exception {
        sale.hset(RedisKeys.card(sale.cell, RealSale.id(699)), "b", "9999");
        AtomicReference<Exception> failed = new AtomicReference<>();
        Thread trader = new Thread(() -> {
            try {
                sale.trade(6, 3_000);
            } catch (RuntimeException e) {
                failed.set(e);
            }
        });
        trader.start();
        assertThat(reconcile().all().differences())
                .extracting(Difference::what, Difference::subject)
                .contains(tuple("balance", "card_" + RealSale.api(699)));
        trader.join();
        assertThat(failed.get()).isNull();
    }

    @Test
    void books_that_do_not_catch_up_are_a_difference() {
        assertThat(reconcile().all().balanced()).isTrue();
        settler.close();
        sale.trade(7, 50);
        Reconciliation result = new Reconcile(bench.database, redis, cell -> {}, Duration.ofMillis(200)).all();
        assertThat(result.differences()).extracting(Difference::what).contains("settlement");
    }

    @Test
    void a_cell_that_lost_its_redis_is_a_difference() {
        assertThat(reconcile().all().balanced()).isTrue();
        settler.close();
        Servers.flushRedis();
        assertThat(reconcile().program("demo").differences())
                .extracting(Difference::what, Difference::found)
                .containsExactly(tuple("cell", "cold"));
    }

    @Test
    void more_differences_than_are_kept_are_counted() {
        assertThat(reconcile().all().balanced()).isTrue();
        execute("update card set balance = balance - 1, face = face where id < '" + RealSale.id(30) + "'");
        Reconciliation result = reconcile().all();
        assertThat(result.cells().get(0).differing()).isEqualTo(31);
        assertThat(result.differences()).hasSize(Findings.KEPT);
    }

    @Test
    void a_program_has_to_be_named() {
        assertThatThrownBy(() -> reconcile().program("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(reconcile().program("unknown").cells()).isEmpty();
    }

    private Reconcile reconcile() {
        return new Reconcile(bench.database, redis, settler::markDirty, PATIENCE);
    }

    private void execute(String sql) {
        bench.database.jdbi().useHandle(handle -> handle.execute(sql));
    }

    private <T> void run(Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        var unused = redis.dispatch(command).toCompletableFuture().join();
    }
}
