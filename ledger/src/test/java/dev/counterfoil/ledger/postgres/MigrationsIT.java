package dev.counterfoil.ledger.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.testing.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each migration keeps what the version before it wrote, and what that version writes still fits while both run. */
class MigrationsIT {
    private static final List<String> ROWS_OF_1 = List.of(
            "insert into issuer (id, name) values ('is', 'Issuer')",
            "insert into client (id, issuer, name) values ('cl_1', 'is', 'Shop')",
            "insert into api_key (id, client, kind, hash, scopes, name, version)"
                    + " values ('k1', 'cl_1', 'secret', decode(repeat('ab', 32), 'hex'), '{redeem}', 'key', 1)",
            "insert into program (id, issuer, name, zone, mode, assets, list_version)"
                    + " values ('demo', 'is', 'Demo', 'UTC', 'test', '{CNY}', 1)",
            "insert into cell (program, index, opened, settled_seq) values ('demo', 0, true, 2)",
            "insert into card_type (program, id, name, asset, face_value, version)"
                    + " values ('demo', 'gift', 'Gift', 'CNY', 1000, 1)",
            "insert into item (program, sku, name, kind, prices, version, units)"
                    + " values ('demo', 'crab', 'Crab', 'goods', '{\"CNY\": 100}', 1, 9)",
            "insert into batch (id, program, card_type, count, card_state, client, idem, fingerprint)"
                    + " values ('bt_1', 'demo', 'gift', 1, 'a', 'cl_1', '\\x00', '\\x00')",
            "insert into card (cell, id, api_id, number, card_type, asset, batch, face, balance, state, issued_seq)"
                    + " values (1, 'c1', 'a1', '1001', 'gift', 'CNY', 'bt_1', 1000, 900, 'a', 1)",
            "insert into code (id, program, sku, hash, sealed, load) values ('co', 'demo', 'crab', '\\x00', 's', 'ld')",
            "insert into transactions (cell, seq, at, type, client, idem, fingerprint, data, result)"
                    + " select 1, n, '2026-11-21Z', 'redemption', 'cl_1', '\\x00', '\\x00', '{\"n\":1}', '{\"r\":1}'"
                    + " from generate_series(1, 2) n",
            "insert into transaction_card values (1, 'c1', 2)",
            "select ensure_posting_partition('2026-11-21Z')",
            "insert into posting values ('2026-11-21Z', 1, 2, 0, 'card:c1', 'redeemed', 'CNY', 100)");

    private static final List<String> ROWS_OF_2 = List.of(
            "insert into account (cell, id, verified) values (1, 'u1', true)",
            "insert into account_balance (cell, account, asset, balance) values (1, 'u1', 'CNY', 70)");

    private static final List<String> ROWS_OF_3 = List.of(
            "insert into afterwards (cell, seq, status, state, returned) values (1, 2, 'held', '', '{}')",
            "update card set held = 5, owner = 'u1' where id = 'c1'");

    private Connection connection;
    private String uri;

    @BeforeEach
    void open() throws SQLException {
        uri = Servers.freshDatabase();
        connection = Servers.connect(uri);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void every_migration_is_tried_here() {
        List<String> versions = Arrays.stream(flyway("latest").info().all())
                .map(MigrationInfo::getVersion)
                .map(Object::toString)
                .toList();
        assertThat(versions).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void from_1_to_2_accounts_are_added() throws SQLException {
        migrate("1");
        execute(ROWS_OF_1);
        migrate("2");
        assertBooksOf1();
        execute(ROWS_OF_2);
    }

    @Test
    void from_2_to_3_nothing_is_held_and_no_card_has_an_owner() throws SQLException {
        migrate("2");
        execute(ROWS_OF_1);
        execute(ROWS_OF_2);
        migrate("3");
        assertBooksOf1();
        assertThat(query("select held || ' ' || coalesce(owner, '-') from card"))
                .containsExactly("0 -");
        assertThat(query("select balance || ' ' || held || ' ' || coalesce(lots, '-') from account_balance"))
                .containsExactly("70 0 -");
        assertThat(query("select verified || ' ' || attributes from account")).containsExactly("true {}");
    }

    @Test
    void from_3_to_4_no_key_has_a_rate_of_its_own() throws SQLException {
        migrate("3");
        execute(ROWS_OF_1);
        migrate("4");
        assertBooksOf1();
        assertThat(query("select coalesce(rate, '-') from api_key")).containsExactly("-");
    }

    @Test
    void from_4_to_5_no_cell_has_dead_letters_and_a_settler_of_the_version_before_goes_on() throws SQLException {
        migrate("4");
        execute(ROWS_OF_1);
        execute(ROWS_OF_2);
        execute(ROWS_OF_3);
        migrate("5");
        assertBooksOf1();
        assertThat(query("select dead_letters from cell")).containsExactly("0");
        assertThat(query("select count(*) from dead_letter")).containsExactly("0");
        assertThat(query("select held || ' ' || owner from card")).containsExactly("5 u1");
        execute(List.of(
                "insert into transactions (cell, seq, at, type, client, idem, fingerprint, data, result)"
                        + " values (1, 3, '2026-11-21Z', 'redemption', 'cl_1', '\\x00', '\\x00', '{}', '{}')",
                "update cell set settled_seq = 3, settled_at = now() where id = 1 and settled_seq = 2"));
    }

    @Test
    void from_5_to_6_counters_pools_and_counts_are_taken_from_what_was_journaled() throws SQLException {
        migrate("5");
        execute(ROWS_OF_1);
        execute(ROWS_OF_3);
        execute(List.of(
                journaled(3, "stocking", "[[\"codes_add\",\"crab\",1,\"co\"]]", "[[1]]"),
                journaled(
                        4,
                        "redemption",
                        "[[\"stock\",\"crab\",-1],[\"quota\",\"1:d\",1,4102444800000],[\"quota\",\"1:l\",1,0]]",
                        "[[9],[3],[7]]"),
                journaled(5, "redemption", "[[\"quota\",\"1:l\",1,0]]", "[[8]]"),
                "update cell set settled_seq = 5"));
        migrate("6");
        assertThat(query(
                        "select key || ' ' || used || ' ' || seq || ' ' || coalesce(extract(epoch from expires_at)::bigint, 0)"
                                + " from quota order by key"))
                .containsExactly("1:d 3 4 4102444800", "1:l 8 5 0");
        assertThat(query("select pooled from code")).containsExactly("3000");
        assertThat(query("select coalesce(counted_until::text, '-') from afterwards"))
                .containsExactly("-");
    }

    @Test
    void from_6_to_7_keys_keep_no_terms_and_a_gateway_of_the_version_before_goes_on_making_keys() throws SQLException {
        migrate("6");
        execute(ROWS_OF_1);
        migrate("7");
        execute(List.of("insert into api_key (id, client, kind, hash, scopes, name, version)"
                + " values ('k2', 'cl_1', 'secret', decode(repeat('cd', 32), 'hex'), '{redeem}', 'key', 2)"));
        assertThat(query("select id || coalesce(addresses::text, '-') || coalesce(allowed_origins::text, '-')"
                        + " || coalesce(ceilings::text, '-') || require_signature || coalesce(lineage, '-')"
                        + " || coalesce(last_used_at::text, '-') from api_key order by id"))
                .containsExactly("k1---false--", "k2---false--");
        assertThat(query("select value from version where name = 'signing_keys'"))
                .containsExactly("0");
        execute(List.of("insert into audit (actor, act, object) values ('system', 'key.create', 'key:k2')"));
        for (String change : List.of("update audit set actor = 'x'", "delete from audit", "truncate audit")) {
            assertThatThrownBy(() -> execute(List.of(change))).hasMessageContaining("audit is only added to");
        }
        assertThat(query("select actor from audit")).containsExactly("system");
    }

    @Test
    void from_7_to_8_batches_have_their_types_format_and_those_that_the_version_before_goes_on_making_are_counted()
            throws SQLException {
        migrate("7");
        execute(ROWS_OF_1);
        migrate("8");
        assertBooksOf1();
        assertThat(query("select program || format || cards || ' ' || version from made_cards"))
                .containsExactly("democrockford1 1");
        execute(List.of(
                "insert into batch (id, program, card_type, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_2', 'demo', 'gift', 70, 'a', 'cl_1', '\\x01', '\\x00')",
                "insert into batch (id, program, card_type, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_3', 'demo', 'gift', 5, 'a', 'cl_1', '\\x01', '\\x00')"
                        + " on conflict (program, client, idem) do nothing"));
        assertThat(query("select id || secret_format from batch order by id"))
                .containsExactly("bt_1crockford", "bt_2crockford");
        assertThat(query("select program || format || cards || ' ' || version from made_cards"))
                .containsExactly("democrockford71 2");
        execute(List.of("delete from batch where id = 'bt_2'"));
        assertThat(query("select program || format || cards || ' ' || version from made_cards"))
                .containsExactly("democrockford1 3");
        assertThat(query("select value from version where name = 'made_cards'")).containsExactly("3");
    }

    @Test
    void from_8_to_9_nothing_was_imported_and_batches_that_the_version_before_goes_on_making_are_counted()
            throws SQLException {
        migrate("8");
        execute(ROWS_OF_1);
        migrate("9");
        assertBooksOf1();
        execute(List.of(
                "insert into batch (id, program, card_type, secret_format, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_2', 'demo', 'gift', 'crockford', 70, 'a', 'cl_1', '\\x01', '\\x00')"));
        assertThat(query("select program || format || cards || ' ' || share from made_cards"))
                .containsExactly("democrockford71 0");
        execute(List.of(
                "insert into batch (id, program, card_type, secret_format, secret_space, count, card_state, client, idem, fingerprint)"
                        + " values ('bt_3', 'demo', 'gift', 'imported', 1000, 5, 'a', 'cl_1', '\\x02', '\\x00')",
                "insert into imported_number values ('demo', 'X1', 'bt_3')"));
        assertThat(query("select format || cards || ' ' || share from made_cards order by format"))
                .containsExactly("crockford71 0", "imported5 0.005");
        assertThatThrownBy(() -> execute(List.of("insert into imported_number values ('demo', 'X1', 'bt_2')")))
                .hasMessageContaining("imported_number_pkey");
        assertThatThrownBy(() -> execute(List.of("update batch set secret_space = null where id = 'bt_3'")))
                .hasMessageContaining("batch_secret_format_check");
        execute(List.of("delete from batch where id = 'bt_3'"));
        assertThat(query("select format || cards || ' ' || share from made_cards order by format"))
                .containsExactly("crockford71 0", "imported0 0");
        assertThat(query("select count(*) from imported_number")).containsExactly("0");
    }

    private static String journaled(long sequence, String type, String legs, String results) {
        return "insert into transactions (cell, seq, at, type, client, idem, fingerprint, data, result) values (1, "
                + sequence
                + ", '2026-11-21Z', '" + type + "', 'cl_1', '\\x00', '\\x00', '{\"legs\":" + legs + "}', '{\"legs\":"
                + results
                + "}')";
    }

    private void assertBooksOf1() throws SQLException {
        assertThat(query("select balance || ' ' || state || ' ' || batch from card"))
                .containsExactly("900 a bt_1");
        assertThat(query("select seq || ' ' || data || ' ' || result from transactions order by seq"))
                .containsExactly("1 {\"n\":1} {\"r\":1}", "2 {\"n\":1} {\"r\":1}");
        assertThat(query("select settled_seq || ' ' || epoch from cell")).containsExactly("2 1");
        assertThat(query("select debit || '>' || credit || ' ' || amount from posting"))
                .containsExactly("card:c1>redeemed 100");
        assertThat(query("select units from item")).containsExactly("9");
        assertThat(query("select state from code")).containsExactly("staged");
    }

    private Flyway flyway(String target) {
        PostgresUri parsed = PostgresUri.of(uri);
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(parsed.jdbcUrl(), parsed.user(), parsed.password())
                .locations("classpath:db/migration")
                .target(target)
                .load();
    }

    private void migrate(String target) {
        assertThat(flyway(target).migrate().success).isTrue();
    }

    private void execute(List<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
