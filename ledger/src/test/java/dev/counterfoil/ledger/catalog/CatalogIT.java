package dev.counterfoil.ledger.catalog;

import static dev.counterfoil.ledger.catalog.CatalogTest.cardType;
import static dev.counterfoil.ledger.catalog.CatalogTest.draft;
import static dev.counterfoil.ledger.catalog.CatalogTest.item;
import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.catalog.CatalogChange.Applied;
import dev.counterfoil.ledger.catalog.CatalogChange.Declined;
import dev.counterfoil.ledger.catalog.CatalogChange.Reason;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.Script;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogIT {
    private static final Cell DEMO = Cell.of("demo");

    private Ledgers ledgers;
    private CatalogStore store;
    private CatalogPublisher publisher;
    private CatalogEditor editor;
    private Catalogs catalogs;

    @BeforeEach
    void start() {
        ledgers = Ledgers.fresh();
        store = new CatalogStore(ledgers.database());
        publisher = new CatalogPublisher(ledgers.database(), ledgers.redis());
        editor = new CatalogEditor(store, publisher);
        catalogs = new Catalogs(ledgers.redis());
    }

    @AfterEach
    void stop() {
        ledgers.close();
    }

    @Test
    void what_is_edited_is_in_postgresql_and_in_every_gateways_copy() {
        Program program = applied(editor.createProgram(draft("demo")), true);
        CardType type = applied(editor.putCardType("demo", cardType("gift-1000")), true);
        Item item = applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        await(catalogs.load());
        Catalog catalog = catalogs.get("demo").orElseThrow();
        assertThat(catalog).isEqualTo(new Catalog(3, program, Map.of("gift-1000", type), Map.of("crab-8", item)));
        assertThat(await(store.catalog("demo"))).contains(catalog);
        assertThat(program.draft()).isEqualTo(draft("demo"));
        assertThat(program.cell(0).orElseThrow().epoch()).isEqualTo(1);
        assertThat(meta("epoch")).contains("1");
        assertThat(meta("seq")).contains("0");
        assertThat(meta("catalog")).contains("3");
    }

    @Test
    void creating_the_same_program_again_gives_it_and_another_one_is_declined() {
        Program program = applied(editor.createProgram(draft("demo")), true);
        assertThat(applied(editor.createProgram(draft("demo")), false)).isEqualTo(program);
        ProgramDraft other =
                new ProgramDraft("demo", "rival", "Other", ZoneOffset.UTC, Mode.LIVE, List.of("CNY"), Limits.NONE);
        assertThat(declined(editor.createProgram(other))).isEqualTo(Reason.PROGRAM_TAKEN);
        assertThat(await(store.programs("acme", "", 10))).containsExactly(program);
        assertThat(await(store.programs("acme", "demo", 10))).isEmpty();
        assertThat(await(store.programs("rival", "", 10))).isEmpty();
    }

    @Test
    void what_may_not_change_is_declined_and_changes_nothing() {
        applied(editor.createProgram(draft("demo")), true);
        applied(editor.putCardType("demo", cardType("gift-1000")), true);
        applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        assertThat(declined(editor.putCardType("nowhere", cardType("gift-1000"))))
                .isEqualTo(Reason.PROGRAM_UNKNOWN);
        assertThat(declined(editor.putCardType("demo", type("CNY", 50_000)))).isEqualTo(Reason.FIELD_FIXED);
        assertThat(declined(editor.putCardType("demo", type("pick", 100_000)))).isEqualTo(Reason.FIELD_FIXED);
        assertThat(declined(editor.putItem("demo", code("crab-8", "CNY")))).isEqualTo(Reason.FIELD_FIXED);
        assertThat(declined(editor.putItem("demo", code("video", "points")))).isEqualTo(Reason.ASSET_UNKNOWN);
        assertThat(declined(editor.patchProgram("demo", new ProgramPatch(null, null, List.of("CNY"), null))))
                .isEqualTo(Reason.ASSET_REMOVED);
        assertThat(await(store.catalog("demo")).orElseThrow().version()).isEqualTo(3);
    }

    @Test
    void only_a_real_change_raises_the_version_and_units_survive_a_replacement() {
        applied(editor.createProgram(draft("demo")), true);
        applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        assertThat(applied(editor.putItem("demo", item("crab-8", 29_800)), false)
                        .version())
                .isEqualTo(2);
        await(ledgers.database().call(handle -> handle.execute("update item set units = 42")));
        assertThat(applied(editor.putItem("demo", item("crab-8", 19_800)), false)
                        .version())
                .isEqualTo(3);
        assertThat(ledgers.query("select units from item")).containsExactly("42");
        Program patched = applied(
                editor.patchProgram(
                        "demo", new ProgramPatch("New", ZoneOffset.UTC, List.of("CNY", "pick", "points"), Limits.NONE)),
                false);
        assertThat(patched.version()).isEqualTo(4);
        assertThat(patched.limits()).isEqualTo(Limits.NONE);
        assertThat(patched.assets()).containsExactly("CNY", "pick", "points");
        assertThat(applied(editor.patchProgram("demo", new ProgramPatch("New", null, null, null)), false)
                        .version())
                .isEqualTo(4);
    }

    @Test
    void racing_publishers_leave_a_whole_catalog_of_the_last_version() {
        applied(editor.createProgram(draft("demo")), true);
        try (RedisConnection otherRedis = Ledgers.connectRedis()) {
            CatalogEditor other = new CatalogEditor(store, new CatalogPublisher(ledgers.database(), otherRedis));
            List<Future<CatalogChange<Item>>> edits = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                edits.add((i % 2 == 0 ? editor : other).putItem("demo", item("crab-" + i % 20, 1000 + i)));
                if (i % 7 == 0) {
                    Optional<Catalog> seen = await(catalogs.refresh("demo"));
                    assertThat(seen).isPresent();
                }
            }
            assertThat(await(Future.all(edits)).succeeded()).isTrue();
        }
        Catalog read = await(catalogs.refresh("demo")).orElseThrow();
        assertThat(read).isEqualTo(await(store.catalog("demo")).orElseThrow());
        assertThat(read.version()).isEqualTo(61);
        assertThat(read.items()).hasSize(20);
        assertThat(meta("catalog")).contains("61");
    }

    @Test
    void a_publisher_that_compared_with_an_older_version_writes_nothing() {
        applied(editor.createProgram(draft("demo")), true);
        applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        byte[][] keys = {bytes(RedisKeys.meta(DEMO)), bytes(RedisKeys.catalog(DEMO))};
        List<byte[]> stale = await(ledgers.redis()
                .call(commands -> Script.load("publish")
                        .<List<byte[]>>run(
                                ledgers.redis(),
                                ScriptOutputType.MULTI,
                                keys,
                                bytes("1"),
                                bytes("1"),
                                bytes("9"),
                                bytes("item:crab-8"),
                                bytes("{}"))));
        assertThat(RedisKeys.text(stale.get(0))).isEqualTo("changed");
        assertThat(RedisKeys.text(stale.get(1))).isEqualTo("2");
        assertThat(await(catalogs.refresh("demo")).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void a_change_of_another_gateway_is_noticed_within_a_second() throws Exception {
        applied(editor.createProgram(draft("demo")), true);
        await(catalogs.load());
        Vertx vertx = Vertx.vertx();
        try (Recurring polling = catalogs.start(vertx)) {
            applied(editor.putItem("demo", item("crab-8", 29_800)), true);
            applied(editor.createProgram(draft("second")), true);
            Awaitility.await().atMost(Duration.ofSeconds(1)).untilAsserted(() -> {
                assertThat(catalogs.get("demo").orElseThrow().item("crab-8")).isPresent();
                assertThat(catalogs.get("second")).isPresent();
            });
        } finally {
            await(vertx.close());
        }
    }

    @Test
    void the_copy_is_loaded_and_refreshed_while_postgresql_is_stopped() {
        applied(editor.createProgram(draft("demo")), true);
        applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        Servers.postgresql().kill();
        try {
            Catalogs started = new Catalogs(ledgers.redis());
            await(started.load());
            assertThat(started.get("demo").orElseThrow().item("crab-8")).isPresent();
            assertThat(await(started.refresh("demo"))).isPresent();
            assertThat(await(started.refresh("nowhere"))).isEmpty();
        } finally {
            Servers.postgresql().restart();
        }
        // The pool finds its way back, too; it tries at a pace of its own.
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> !ledgers.query("select 1").isEmpty());
        applied(editor.putItem("demo", item("crab-8", 19_800)), false);
    }

    @Test
    void a_cell_that_redis_lost_stays_cold() {
        applied(editor.createProgram(draft("demo")), true);
        applied(editor.putItem("demo", item("crab-8", 29_800)), true);
        Servers.flushRedis();
        assertThatThrownBy(() -> await(editor.putItem("demo", item("crab-8", 19_800))))
                .isInstanceOf(LedgerFault.Cold.class);
        await(publisher.sweep());
        await(publisher.sweep());
        assertThat(meta("epoch")).isEmpty();
        assertThat(journalType()).isEqualTo("none");
        await(catalogs.load());
        assertThat(catalogs.program("demo"))
                .as("listed, so that a gateway can say cold")
                .isPresent();
        assertThat(catalogs.get("demo")).isEmpty();
    }

    @Test
    void a_cell_is_opened_empty_with_a_journal_and_opening_again_keeps_what_is_there() {
        applied(editor.createProgram(draft("demo")), true);
        assertThat(journalType()).isEqualTo("stream");
        long entries = await(ledgers.redis().call(commands -> commands.xlen(bytes(RedisKeys.journal(DEMO)))));
        assertThat(entries).isZero();
        await(ledgers.redis().call(commands -> commands.hset(bytes(RedisKeys.meta(DEMO)), bytes("seq"), bytes("5"))));
        await(publisher.publish("demo"));
        assertThat(meta("seq")).contains("5");
    }

    @Test
    void a_history_that_postgresql_does_not_know_is_not_taken_over() {
        await(ledgers.redis()
                .call(commands -> commands.hset(
                        bytes(RedisKeys.meta(DEMO)),
                        Map.of(bytes("epoch"), bytes("1"), bytes("seq"), bytes("5"), bytes("catalog"), bytes("0")))));
        assertThatThrownBy(() -> await(editor.createProgram(draft("demo"))))
                .hasMessageContaining("a history of cell demo.0 that PostgreSQL does not know");
        assertThat(ledgers.query("select opened from cell")).containsExactly("f");
    }

    @Test
    void a_sweep_finishes_what_stopped_after_postgresql() {
        applied(store.createProgram(draft("demo")), true);
        applied(store.putItem("demo", item("crab-8", 29_800)), true);
        await(catalogs.load());
        assertThat(catalogs.programs()).isEmpty();
        await(publisher.sweep());
        await(catalogs.load());
        assertThat(catalogs.get("demo")).isEqualTo(await(store.catalog("demo")));
        applied(store.putItem("demo", item("crab-8", 19_800)), false);
        await(publisher.sweep());
        assertThat(await(catalogs.refresh("demo")).orElseThrow().version()).isEqualTo(3);
    }

    @Test
    void however_many_ask_for_a_refresh_all_see_the_change_they_know_of() {
        applied(editor.createProgram(draft("demo")), true);
        for (int round = 0; round < 20; round++) {
            List<Future<Optional<Catalog>>> before = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                before.add(catalogs.refresh("demo"));
            }
            long version = applied(editor.putItem("demo", item("crab-8", 1000 + round)), round == 0)
                    .version();
            List<Future<Optional<Catalog>>> after = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                after.add(catalogs.refresh("demo"));
            }
            assertThat(await(Future.all(before)).succeeded()).isTrue();
            after.forEach(
                    read -> assertThat(await(read).orElseThrow().version()).isGreaterThanOrEqualTo(version));
        }
    }

    private Optional<String> meta(String field) {
        byte[] value =
                await(ledgers.redis().call(commands -> commands.hget(bytes(RedisKeys.meta(DEMO)), bytes(field))));
        return Optional.ofNullable(value).map(RedisKeys::text);
    }

    private String journalType() {
        return await(ledgers.redis().call(commands -> commands.type(bytes(RedisKeys.journal(DEMO)))));
    }

    private static CardType type(String asset, long faceValue) {
        return new CardType("gift-1000", "Gift", asset, faceValue, null, null, SecretFormat.CROCKFORD, 0);
    }

    private static Item code(String sku, String asset) {
        return new Item(sku, "Code", ItemKind.CODE, Map.of(asset, 1L), Sale.ALWAYS, Limits.NONE, 0);
    }

    @CanIgnoreReturnValue
    private static <T> T applied(Future<CatalogChange<T>> change, boolean created) {
        CatalogChange<T> result = await(change);
        assertThat(result).isInstanceOf(Applied.class);
        assertThat(((Applied<T>) result).created()).isEqualTo(created);
        return ((Applied<T>) result).value();
    }

    private static <T> Reason declined(Future<CatalogChange<T>> change) {
        CatalogChange<T> result = await(change);
        assertThat(result).isInstanceOf(Declined.class);
        return ((Declined<T>) result).reason();
    }
}
