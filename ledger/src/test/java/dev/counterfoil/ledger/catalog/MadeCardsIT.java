package dev.counterfoil.ledger.catalog;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many cards were made is known by program and format, on every gateway. */
class MadeCardsIT {
    private final Ledgers servers = Ledgers.fresh();
    private final MadeCards one = new MadeCards(servers.database(), servers.redis());
    private final MadeCards other = new MadeCards(servers.database(), servers.redis());
    private int batches;

    @BeforeEach
    void programs() {
        execute("insert into issuer (id, name) values ('is', 'Issuer')");
        execute("insert into client (id, issuer, name) values ('cl_1', 'is', 'Shop')");
        for (String program : List.of("spring", "autumn")) {
            execute("insert into program (id, issuer, name, zone, mode, assets, list_version) values ('" + program
                    + "', 'is', 'P', 'UTC', 'test', '{CNY}', 1)");
            execute("insert into card_type (program, id, name, asset, face_value, version, secret_format) values ('"
                    + program + "', 'gift', 'Gift', 'CNY', 1000, 1, 'digits')");
        }
    }

    @AfterEach
    void close() {
        servers.close();
    }

    private void execute(String sql) {
        int unused = await(servers.database().call(handle -> handle.execute(sql)));
    }

    private void batch(String program, String format, int count) {
        batches++;
        execute(
                "insert into batch (id, program, card_type, secret_format, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_" + batches + "', '" + program + "', 'gift', " + format + ", " + count
                        + ", 'a', 'cl_1', convert_to('" + batches + "', 'UTF8'), '\\x00')");
    }

    @Test
    void what_one_gateway_counts_another_reads_from_redis_alone() {
        batch("spring", "'digits'", 70);
        batch("spring", "null", 5);
        batch("spring", "'crockford'", 20);
        batch("autumn", "'crockford'", 1);
        await(one.publish());
        assertThat(one.of("spring", SecretFormat.DIGITS)).isEqualTo(75);
        assertThat(other.of("spring", SecretFormat.DIGITS)).isZero();
        servers.database().close();
        await(other.load());
        assertThat(other.of("spring", SecretFormat.DIGITS))
                .as("a batch that does not say has its card type's format")
                .isEqualTo(75);
        assertThat(other.of("spring", SecretFormat.CROCKFORD)).isEqualTo(20);
        assertThat(other.of("autumn", SecretFormat.CROCKFORD)).isEqualTo(1);
        assertThat(other.of("winter", SecretFormat.DIGITS)).isZero();
    }

    @Test
    void a_card_type_that_changes_its_format_takes_no_batch_with_it_and_a_new_one_is_news() {
        batch("spring", "'digits'", 70);
        await(one.publish());
        await(other.load());
        execute("update card_type set secret_format = 'crockford'");
        batch("spring", "'crockford'", 3);
        await(one.publish());
        await(other.load());
        assertThat(other.of("spring", SecretFormat.DIGITS)).isEqualTo(70);
        assertThat(other.of("spring", SecretFormat.CROCKFORD)).isEqualTo(3);
    }

    @Test
    void a_redis_that_lost_the_counts_is_given_them_again_and_no_gateway_forgets_them_meanwhile() {
        batch("spring", "'digits'", 70);
        await(one.publish());
        await(other.load());
        Servers.flushRedis();
        await(other.load());
        assertThat(other.of("spring", SecretFormat.DIGITS)).isEqualTo(70);
        await(one.publish());
        MadeCards started = new MadeCards(servers.database(), servers.redis());
        await(started.load());
        assertThat(started.of("spring", SecretFormat.DIGITS)).isEqualTo(70);
    }

    @Test
    void a_batch_that_was_given_up_counts_no_more_and_hides_no_other() {
        batch("spring", "'digits'", 1_000_000);
        await(one.publish());
        await(other.load());
        execute("delete from batch");
        batch("autumn", "'digits'", 7);
        await(one.publish());
        await(other.load());
        assertThat(other.of("spring", SecretFormat.DIGITS)).isZero();
        assertThat(other.of("autumn", SecretFormat.DIGITS)).isEqualTo(7);
    }

    @Test
    void what_was_imported_is_added_up_by_what_its_secrets_could_have_been() {
        batch("spring", "'digits'", 70);
        await(one.publish());
        assertThat(one.mayHoldImported("spring")).isFalse();
        assertThat(other.mayHoldImported("spring")).as("not known yet").isTrue();
        imported("spring", 50, 1e6);
        imported("spring", 30, 1e4);
        await(one.publish());
        await(other.load());
        assertThat(other.mayHoldImported("spring")).isTrue();
        assertThat(other.mayHoldImported("autumn")).isFalse();
        assertThat(other.expectedImportedHitsAYear(program("spring", 1_000)))
                .isCloseTo(1_000 * 365 * (50 / 1e6 + 30 / 1e4), Offset.offset(1e-6));
        assertThat(other.expectedImportedHitsAYear(program("autumn", 1_000))).isZero();
        execute("delete from batch where count = 30");
        await(one.publish());
        assertThat(one.expectedImportedHitsAYear(program("spring", 1_000)))
                .isCloseTo(1_000 * 365 * 50 / 1e6, Offset.offset(1e-6));
        execute("delete from batch where count = 50");
        await(one.publish());
        assertThat(one.expectedImportedHitsAYear(program("spring", 1_000))).isZero();
        assertThat(one.mayHoldImported("spring")).isFalse();
    }

    private void imported(String program, int count, double space) {
        batches++;
        execute(
                "insert into batch (id, program, card_type, secret_format, secret_space, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_" + batches + "', '" + program + "', 'gift', 'imported', " + space + ", "
                        + count
                        + ", 'a', 'cl_1', convert_to('" + batches + "', 'UTF8'), '\\x00')");
    }

    @Test
    void counts_that_redis_lost_without_their_version_are_published_again_and_until_then_not_known() {
        batch("spring", "'digits'", 70);
        await(one.publish());
        long unused = await(servers.redis().call(commands -> commands.del(bytes(RedisKeys.MADE_CARDS))));
        await(other.load());
        assertThat(other.isKnown()).isFalse();
        await(one.publish());
        await(other.load());
        assertThat(other.isKnown()).isTrue();
        assertThat(other.of("spring", SecretFormat.DIGITS)).isEqualTo(70);
    }

    @Test
    void nothing_is_known_until_it_was_counted_and_no_cards_are_a_count() {
        await(other.load());
        assertThat(other.isKnown()).isFalse();
        await(one.publish());
        assertThat(one.isKnown()).isTrue();
        assertThat(one.of("spring", SecretFormat.DIGITS)).isZero();
    }

    @Test
    void expected_hits_are_budget_times_days_times_cards_by_secrets() {
        batch("spring", "'digits'", 1_000_000);
        await(one.publish());
        Program program = program("spring", 2_000);
        assertThat(one.expectedHitsAYear(program, SecretFormat.DIGITS)).isEqualTo(2_000 * 365.0 * 1e6 / 1e19);
        assertThat(one.expectedHitsAYear(program, SecretFormat.CROCKFORD)).isZero();
    }

    private static Program program(String id, long failuresADay) {
        return new Program(
                id,
                "is",
                "P",
                ZoneId.of("UTC"),
                Mode.TEST,
                List.of("CNY"),
                new Limits(null, null, null, failuresADay, false),
                List.of(),
                Instant.EPOCH,
                1);
    }
}
