package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which cold cells a gateway rebuilds by itself, and which it leaves to a person. */
class ColdCellsIT {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Sale sale;
    private ColdCells cells;

    @BeforeEach
    void open() {
        sale = new Sale();
        sale.startSettling();
        sale.awaitSettled(sale.everything());
        cells = new ColdCells(sale.rebuild(), () -> {}, meters);
    }

    @AfterEach
    void close() {
        sale.close();
    }

    @Test
    void an_empty_redis_is_filled_only_by_who_saw_the_cell_in_it() {
        Servers.flushRedis();
        cells.look();
        assertThat(isCold()).isTrue();
        assertThat(rebuilt()).isZero();
        var asked = sale.rebuild().rebuild(CELL, Rebuild.Allowed.COLD);
        cells.look();
        Servers.flushRedis();
        cells.look();
        assertThat(isCold()).isFalse();
        assertThat(rebuilt()).isEqualTo(1);
    }

    @Test
    void a_redis_that_has_less_of_the_cell_than_the_books_is_known_to_be_its_own() {
        hset("seq", "3");
        cells.look();
        assertThat(isCold()).isFalse();
        assertThat(rebuilt()).isEqualTo(1);
    }

    @Test
    void what_the_books_cannot_take_is_left_to_a_person_after_some_times() {
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(CELL));
        byte[] field = RedisKeys.bytes("d");
        var foreign = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.xadd(journal, new XAddArgs().id("999-0"), field, field, field, field)));
        for (int n = 0; n < 7; n++) {
            cells.look();
        }
        assertThat(isCold()).isTrue();
        assertThat(rebuilt()).isZero();
        assertThat(meters.counter("counterfoil.rebuild.failures").count()).isEqualTo(5);
        long left = Ledgers.await(sale.redis.call(commands -> commands.xlen(journal)));
        assertThat(left).isPositive();
    }

    @Test
    void nothing_is_rebuilt_in_a_redis_of_another_installation() {
        hset("seq", "3");
        ColdCells foreign = new ColdCells(
                sale.rebuild(),
                () -> {
                    throw new IllegalStateException("another installation");
                },
                new SimpleMeterRegistry());
        foreign.look();
        assertThat(isCold()).isTrue();
    }

    private boolean isCold() {
        return sale.rebuild().states("").get(0).coldBecause().isPresent();
    }

    private double rebuilt() {
        return meters.counter("counterfoil.rebuilds").count();
    }

    private void hset(String field, String value) {
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(CELL));
        var set = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.hset(meta, RedisKeys.bytes(field), RedisKeys.bytes(value))));
    }
}
