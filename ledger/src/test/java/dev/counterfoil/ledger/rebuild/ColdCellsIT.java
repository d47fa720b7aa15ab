package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which cold cells a gateway rebuilds by itself, and which it leaves to a person. */
class ColdCellsIT {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MovedClock clock = new MovedClock();
    private Sale sale;
    private ColdCells cells;

    @BeforeEach
    void open() {
        sale = new Sale();
        sale.startSettling();
        sale.awaitSettled(sale.everything());
        cells = new ColdCells(sale.rebuild(), () -> {}, meters, clock);
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
    void what_the_books_cannot_take_is_tried_again_ever_later_and_rebuilt_once_it_is_mended() {
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(CELL));
        byte[] field = RedisKeys.bytes("d");
        var foreign = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.xadd(journal, new XAddArgs().id("999-0"), field, field, field, field)));
        cells.look();
        cells.look();
        assertThat(failures()).isEqualTo(1);
        Duration pause = ColdCells.FIRST_PAUSE;
        for (int failed = 2; failed <= 12; failed++) {
            clock.advance(pause.minusMillis(1));
            cells.look();
            assertThat(failures()).isEqualTo(failed - 1);
            clock.advance(Duration.ofMillis(1));
            cells.look();
            assertThat(failures()).isEqualTo(failed);
            pause = pause.compareTo(ColdCells.MOST_PAUSE.dividedBy(2)) < 0
                    ? pause.multipliedBy(2)
                    : ColdCells.MOST_PAUSE;
        }
        assertThat(isCold()).isTrue();
        assertThat(rebuilt()).isZero();
        long left = Ledgers.await(sale.redis.call(commands -> commands.xlen(journal)));
        assertThat(left).isPositive();

        var gone = Ledgers.await(sale.redis.call(commands -> commands.xdel(journal, "999-0")));
        clock.advance(pause);
        cells.look();
        assertThat(isCold()).isFalse();
        assertThat(rebuilt()).isEqualTo(1);
    }

    @Test
    void nothing_is_rebuilt_in_a_redis_of_another_installation() {
        hset("seq", "3");
        ColdCells foreign = new ColdCells(
                sale.rebuild(),
                () -> {
                    throw new IllegalStateException("another installation");
                },
                new SimpleMeterRegistry(),
                clock);
        foreign.look();
        assertThat(isCold()).isTrue();
    }

    private boolean isCold() {
        return sale.rebuild().states("").get(0).coldBecause().isPresent();
    }

    private double failures() {
        return meters.counter("counterfoil.rebuild.failures").count();
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

    /** Stands until it is moved. */
    private static final class MovedClock extends Clock {
        private Instant now = Instant.parse("2026-11-27T08:00:00Z");

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
