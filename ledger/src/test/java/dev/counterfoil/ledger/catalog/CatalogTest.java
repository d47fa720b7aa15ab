package dev.counterfoil.ledger.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.secrets.SecretFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CatalogTest {
    static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final Instant NOVEMBER = Instant.parse("2026-11-21T08:00:00Z");

    static ProgramDraft draft(String id) {
        return new ProgramDraft(
                id, "acme", "演示", SHANGHAI, Mode.TEST, List.of("CNY", "pick"), new Limits(10L, null, null));
    }

    static CardType cardType(String id) {
        return new CardType(id, "Gift 1000", "CNY", 100_000, 365, null, SecretFormat.CROCKFORD, 0);
    }

    static Item item(String sku, long price) {
        return new Item(
                sku,
                "Crab, eight",
                ItemKind.GOODS,
                Map.of("CNY", price, "pick", 1L),
                new Sale(null, NOVEMBER),
                new Limits(2L, null, null),
                0);
    }

    private static Program program(List<String> assets) {
        return new Program(
                "demo",
                "acme",
                "演示",
                SHANGHAI,
                Mode.LIVE,
                assets,
                Limits.NONE,
                List.of(new ProgramCell(0, 7, 1)),
                NOVEMBER,
                3);
    }

    @Test
    void what_json_holds_reads_back_equal() {
        Program program = program(List.of("CNY", "points"));
        CardType plain = cardType("gift-1000");
        CardType narrow = new CardType("pass", "Pass", "pick", 4, null, Set.of("b", "a"), SecretFormat.DIGITS, 9);
        Item item = item("crab-8", 29_800).withVersion(5);
        Item bare =
                new Item("x", "X", ItemKind.CODE, Map.of("CNY", 9_007_199_254_740_991L), Sale.ALWAYS, Limits.NONE, 1);
        assertThat(CatalogJson.program(CatalogJson.write(program))).isEqualTo(program);
        assertThat(CatalogJson.cardType(CatalogJson.write(plain))).isEqualTo(plain);
        assertThat(CatalogJson.cardType(CatalogJson.write(narrow))).isEqualTo(narrow);
        assertThat(CatalogJson.item(CatalogJson.write(item))).isEqualTo(item);
        assertThat(CatalogJson.item(CatalogJson.write(bare))).isEqualTo(bare);
        assertThat(CatalogJson.write(item).encode())
                .isEqualTo(
                        "{\"sku\":\"crab-8\",\"name\":\"Crab, eight\",\"kind\":\"goods\","
                                + "\"prices\":[{\"asset\":\"CNY\",\"amount\":29800},{\"asset\":\"pick\",\"amount\":1}],"
                                + "\"sale\":{\"closes_at\":\"2026-11-21T08:00:00Z\"},\"limits\":{\"per_account_daily\":2},\"version\":5}");
    }

    @Test
    void a_catalog_has_the_highest_version_of_its_parts() {
        Program program = program(List.of("CNY", "pick"));
        Item item = item("crab-8", 29_800).withVersion(8);
        Catalog catalog = Catalog.of(program, List.of(cardType("gift-1000").withVersion(5)), List.of(item));
        assertThat(catalog.version()).isEqualTo(8);
        assertThat(catalog.item("crab-8")).contains(item);
        assertThat(catalog.item("none")).isEmpty();
        assertThat(Catalog.of(program, List.of(), List.of()).version()).isEqualTo(3);
    }

    @Test
    void a_catalog_knows_no_foreign_asset() {
        Program program = program(List.of("CNY"));
        assertThatThrownBy(() -> Catalog.of(program, List.of(), List.of(item("crab-8", 1))))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("\"pick\" (expected: one of [CNY])");
    }

    @Test
    void each_malformed_field_is_named() {
        List<Malformed> table = new ArrayList<>();
        for (String slug : List.of("", "a", "Demo", "1demo", "de_mo", "a".repeat(33), "demo\n")) {
            table.add(new Malformed("/id", () -> draft(slug)));
            table.add(new Malformed("/id", () -> cardType(slug)));
        }
        for (String sku : List.of("", "a:b", "a b", "蟹", "a".repeat(65))) {
            table.add(new Malformed("/sku", () -> item(sku, 1)));
        }
        for (long amount : new long[] {0, -1, 9_007_199_254_740_992L, Long.MIN_VALUE}) {
            table.add(new Malformed("/prices/CNY", () -> item("a", amount)));
            table.add(new Malformed(
                    "/face_value", () -> new CardType("ab", "A", "CNY", amount, null, null, SecretFormat.DIGITS, 0)));
            table.add(new Malformed("/limits/per_card_daily", () -> new Limits(null, amount, null)));
        }
        for (String asset : List.of("", "C:NY", "CN1", "a".repeat(17))) {
            table.add(new Malformed("/assets/0", () -> assets(asset)));
            table.add(new Malformed("/prices", () -> priced(Map.of(asset, 1L))));
        }
        table.add(new Malformed("/assets", () -> assets()));
        table.add(new Malformed("/assets", () -> assets("CNY", "CNY")));
        table.add(new Malformed("/prices", () -> priced(Map.of())));
        table.add(new Malformed("/name", () -> new ProgramPatch(" ", null, null, null)));
        table.add(new Malformed("/name", () -> new ProgramPatch("a\u0000b", null, null, null)));
        table.add(new Malformed("/zone", () -> Fields.zone("/zone", "Mars/Olympus")));
        table.add(new Malformed("/mode", () -> Mode.of("prod")));
        table.add(new Malformed("/kind", () -> ItemKind.of("good")));
        table.add(new Malformed("/sale/closes_at", () -> new Sale(NOVEMBER, NOVEMBER)));
        for (Malformed malformed : table) {
            assertThatThrownBy(malformed.construction())
                    .isInstanceOfSatisfying(
                            InvalidField.class, e -> assertThat(e.pointer()).isEqualTo(malformed.pointer()));
        }
    }

    @Test
    void a_card_type_accepts_all_items_or_those_it_lists() {
        assertThat(cardType("gift").accepts("anything")).isTrue();
        CardType narrow = new CardType("pass", "Pass", "pick", 4, null, Set.of("a"), SecretFormat.DIGITS, 0);
        assertThat(narrow.accepts("a")).isTrue();
        assertThat(narrow.accepts("b")).isFalse();
        assertThat(narrow.token()).isEqualTo("pass:pick");
    }

    private static ProgramDraft assets(String... assets) {
        return new ProgramDraft("demo", "acme", "A", SHANGHAI, Mode.TEST, List.of(assets), Limits.NONE);
    }

    private static Item priced(Map<String, Long> prices) {
        return new Item("a", "A", ItemKind.GOODS, prices, Sale.ALWAYS, Limits.NONE, 0);
    }

    private record Malformed(String pointer, ThrowingCallable construction) {}
}
