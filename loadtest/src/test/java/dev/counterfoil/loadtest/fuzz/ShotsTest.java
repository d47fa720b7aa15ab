package dev.counterfoil.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is drawn, against the gateway's own contract. */
class ShotsTest {
    private static final int ENOUGH = 4_000;

    private static Contract contract;
    private static Shots shots;

    @BeforeAll
    static void read() throws Exception {
        contract =
                Contract.parse(Files.readString(Path.of("..", "gateway", "src", "main", "resources", "openapi.yaml")));
        shots = new Shots(contract, World.imagined(), "127.0.0.1:1", 7);
    }

    @Test
    void every_operation_of_the_contract_is_sent_as_it_should_be_and_spoilt() {
        Set<String> asItShould = new TreeSet<>();
        Set<String> spoilt = new TreeSet<>();
        for (long index = 0; index < ENOUGH; index++) {
            Shot shot = shots.of(index, List.of());
            (shot.mutations().isEmpty() ? asItShould : spoilt).add(shot.route().toString());
        }

        Set<String> all = new TreeSet<>();
        contract.routes().forEach(route -> all.add(route.toString()));
        assertThat(all).hasSizeGreaterThan(40).contains("POST /v1/programs/{program}/redemptions", "GET /health/ready");
        assertThat(asItShould).isEqualTo(all);
        assertThat(spoilt).isEqualTo(all);
    }

    @Test
    void every_mutation_is_drawn_and_changes_what_is_sent() {
        Map<String, Boolean> changes = new HashMap<>();
        for (long index = 0; index < ENOUGH * 2; index++) {
            Shot shot = shots.of(index, List.of());
            if (shot.mutations().size() == 1) {
                Shot without = shots.of(index, List.of(0));
                Mutation mutation = shot.mutations().get(0);
                boolean changed = !text(shot).equals(text(without))
                        || shot.ending() != without.ending()
                        || shot.pieces() != without.pieces();
                changes.merge(mutation.kind() + " " + mutation.name(), changed, (one, other) -> one || other);
            }
        }

        Set<String> all = new HashSet<>();
        Mutation.ALL.forEach(list -> list.forEach(each -> all.add(each.kind() + " " + each.name())));
        assertThat(changes).containsOnlyKeys(all).doesNotContainValue(false);
        assertThat(Mutation.ALL).hasSize(Kind.values().length - 1);
    }

    @Test
    void some_come_from_pages_and_some_from_another_tenant_who_asks_for_what_is_not_his() {
        List<Shot> asTheyShould = LongStream.range(0, ENOUGH)
                .mapToObj(index -> shots.of(index, List.of()))
                .filter(shot -> shot.mutations().isEmpty())
                .toList();
        assertThat(asTheyShould.stream().map(ShotsTest::text))
                .anyMatch(text -> text.contains("cf_pk_page_secret")
                        && text.contains("/redemptions HTTP")
                        && text.contains("Origin: " + Guests.SHOP))
                .anyMatch(text -> text.contains("cf_sk_rival_secret") && text.contains("/v1/programs/fz-rival"));
        assertThat(asTheyShould.stream().filter(Shot::trespasses).map(ShotsTest::text))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text)
                        .contains("cf_sk_rival_secret")
                        .contains("/v1/programs/")
                        .doesNotContain("fz-rival"));
    }

    @Test
    void a_request_is_a_function_of_seed_and_index() {
        Shots again = new Shots(contract, World.imagined(), "127.0.0.1:1", 7);
        Shots other = new Shots(contract, World.imagined(), "127.0.0.1:1", 8);

        int same = 0;
        for (long index = 0; index < 500; index++) {
            assertThat(text(again.of(index, List.of()))).isEqualTo(text(shots.of(index, List.of())));
            same += text(other.of(index, List.of())).equals(text(shots.of(index, List.of()))) ? 1 : 0;
        }
        assertThat(same).isLessThan(25);
    }

    @Test
    void bodies_that_are_not_spoilt_are_json_with_what_is_required() throws Exception {
        ObjectMapper json = new ObjectMapper();
        int bodies = 0;
        for (long index = 0; index < ENOUGH; index++) {
            Shot shot = shots.of(index, List.of());
            if (shot.mutations().isEmpty() && shot.route().bodyType().equals("application/json")) {
                String body = text(shot).substring(text(shot).indexOf("\r\n\r\n") + 4);
                if (body.isEmpty()) {
                    continue;
                }
                var names = json.readTree(body);
                shot.route()
                        .schema()
                        .path("required")
                        .forEach(name -> assertThat(names.has(name.asText()))
                                .as(shot.route() + " " + name + " in " + body)
                                .isTrue());
                bodies++;
            }
        }
        assertThat(bodies).isGreaterThan(300);
    }

    @Test
    void a_value_of_a_text_is_found_where_it_is() {
        String text = "{\"a\":[1,\"x\\\"y\",{}],\"b\":{\"c\":null}}";

        assertThat(JsonText.of(text).values().stream().map(each -> each.in(text)))
                .containsExactly("1", "\"x\\\"y\"", "{}", "[1,\"x\\\"y\",{}]", "null", "{\"c\":null}", text);
        assertThat(JsonText.of(text).members().stream().map(each -> each.in(text)))
                .containsExactly("\"a\":[1,\"x\\\"y\",{}]", "\"c\":null", "\"b\":{\"c\":null}");
        assertThat(JsonText.of("{\"a\":").values()).isEmpty();
    }

    private static String text(Shot shot) {
        return new String(shot.bytes(), StandardCharsets.ISO_8859_1);
    }
}
