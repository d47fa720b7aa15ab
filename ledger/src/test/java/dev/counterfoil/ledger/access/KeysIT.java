package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeysIT extends OnKeys {
    @Test
    void a_key_authenticates_by_its_whole_text_only() {
        IssuedKey issued = await(publisher.create(draft(null, null)));
        await(keys.load());
        assertThat(keys.authenticate(issued.text())).contains(issued.key());
        assertThat(issued.key().has(Scope.REDEEM)).isTrue();
        assertThat(issued.key().has(Scope.ADMIN)).isFalse();
        String text = issued.text();
        String otherSecret = text.substring(0, text.length() - 1) + (text.endsWith("a") ? "b" : "a");
        assertThat(keys.authenticate(otherSecret)).isEmpty();
        assertThat(keys.authenticate(text.replace("cf_sk_", "cf_pk_"))).isEmpty();
        assertThat(keys.authenticate(
                        KeyText.make(KeyKind.SECRET, new SecureRandom()).reveal()))
                .isEmpty();
        assertThat(issued.toString()).doesNotContain(text);
    }

    /** A backup: what was published since is newer than what is changed now. */
    @Test
    void a_change_reaches_gateways_also_where_postgresql_was_restored_to_an_earlier_moment() {
        IssuedKey kept = await(publisher.create(draft(null, null)));
        IssuedKey revoked = await(publisher.create(draft(null, null)));
        await(ledgers.redis()
                .call(commands ->
                        commands.set(RedisKeys.bytes(RedisKeys.ACCESS_KEYS_VERSION), RedisKeys.bytes("1000"))));
        await(publisher.revoke(revoked.key().id()));
        IssuedKey made = await(publisher.create(draft(null, null)));
        Keys elsewhere = new Keys(ledgers.redis(), Clock.systemUTC());
        await(elsewhere.load());
        assertThat(elsewhere.authenticate(revoked.text())).isEmpty();
        assertThat(elsewhere.authenticate(made.text())).isPresent();
        assertThat(elsewhere.authenticate(kept.text())).isPresent();
    }

    @Test
    void the_secret_is_kept_nowhere() {
        IssuedKey issued = await(publisher.create(draft(null, null)));
        String secret = issued.text().substring(issued.text().lastIndexOf('_') + 1);
        String row = await(ledgers.database()
                .call(handle -> handle.createQuery("select api_key::text from api_key")
                        .mapTo(String.class)
                        .one()));
        String published = RedisKeys.text(await(ledgers.redis()
                .call(commands -> commands.hget(
                        RedisKeys.bytes(RedisKeys.ACCESS_KEYS),
                        RedisKeys.bytes(issued.key().id())))));
        assertThat(row).contains(issued.key().id()).doesNotContain(secret);
        assertThat(published).contains(issued.key().id()).doesNotContain(secret);
    }

    @Test
    void a_revocation_is_known_to_another_gateway_within_a_second_also_while_postgresql_is_stopped() throws Exception {
        IssuedKey issued = await(publisher.create(draft(null, null)));
        IssuedKey other = await(publisher.create(draft(null, null)));
        Vertx vertx = Vertx.vertx();
        try (RedisConnection redis = Ledgers.connectRedis()) {
            Keys elsewhere = new Keys(redis, Clock.systemUTC());
            await(elsewhere.load());
            assertThat(elsewhere.authenticate(issued.text())).isPresent();
            try (Recurring polling = elsewhere.start(vertx)) {
                assertThat(await(publisher.revoke(issued.key().id()))
                                .orElseThrow()
                                .revokedAt())
                        .isNotNull();
                Servers.postgresql().kill();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(1))
                        .until(() -> elsewhere.authenticate(issued.text()).isEmpty());
                assertThat(elsewhere.authenticate(other.text())).isPresent();
            }
        } finally {
            Servers.postgresql().restart();
            await(vertx.close());
        }
    }

    @Test
    void a_rate_goes_with_its_key_and_a_change_is_known_to_another_gateway() {
        KeyDraft draft = new KeyDraft(
                client.id(),
                KeyKind.SECRET,
                EnumSet.of(Scope.REDEEM),
                null,
                "Till",
                null,
                KeyTerms.NONE.withRate(new Rate(600, 60)));
        IssuedKey issued = await(publisher.create(draft));
        IssuedKey other = await(publisher.create(draft(null, null)));
        assertThat(issued.key().rate()).isEqualTo(new Rate(600, 60));
        assertThat(other.key().rate()).isNull();
        await(keys.load());
        assertThat(keys.authenticate(issued.text()).orElseThrow().rate()).isEqualTo(new Rate(600, 60));
        assertThat(keys.authenticate(other.text()).orElseThrow().rate()).isNull();
        for (Rate rate : new Rate[] {Rate.OFF, new Rate(10_000_000, 86_400), new Rate(7, 90), null}) {
            Optional<ApiKey> limited = await(publisher.limit(issued.key().id(), rate));
            assertThat(limited.orElseThrow().rate()).isEqualTo(rate);
            await(keys.load());
            assertThat(keys.authenticate(issued.text()).orElseThrow().rate()).isEqualTo(rate);
        }
        assertThat(await(publisher.limit("nobody", Rate.OFF))).isEmpty();
    }

    @Test
    void revoking_again_keeps_the_first_time_and_an_unknown_key_is_none() {
        IssuedKey issued = await(publisher.create(draft(null, null)));
        Optional<ApiKey> first = await(publisher.revoke(issued.key().id()));
        assertThat(await(publisher.revoke(issued.key().id()))).isEqualTo(first);
        assertThat(await(publisher.revoke("nowhere"))).isEmpty();
        assertThat(await(store.list("acme", "", 10))).containsExactly(new KeyStore.Listed(first.orElseThrow(), null));
    }

    @Test
    void a_key_ends_at_its_expiry_to_the_instant() {
        Instant end = Instant.parse("2026-12-01T00:00:00Z");
        IssuedKey issued = await(publisher.create(draft(null, end)));
        assertThat(authenticatedAt(issued, end.minusMillis(1))).isTrue();
        assertThat(authenticatedAt(issued, end)).isFalse();
    }

    @Test
    void a_key_reaches_its_issuers_programs_or_those_it_names() {
        CatalogStore catalog = new CatalogStore(ledgers.database());
        for (String id : List.of("one", "two", "foreign")) {
            String issuer = id.equals("foreign") ? "rival" : "acme";
            assertThat(await(catalog.createProgram(
                            new ProgramDraft(id, issuer, id, ZoneOffset.UTC, Mode.TEST, List.of("CNY"), Limits.NONE))))
                    .isNotNull();
        }
        ApiKey every = await(publisher.create(draft(null, null))).key();
        ApiKey narrow = await(publisher.create(draft(Set.of("one"), null))).key();
        assertThat(reached(catalog, every)).containsExactly("one", "two");
        assertThat(reached(catalog, narrow)).containsExactly("one");
        assertThatThrownBy(() -> await(publisher.create(draft(Set.of("foreign"), null))))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/programs"));
        assertThatThrownBy(() -> await(store.createClient("nobody", "Shop"))).isInstanceOf(InvalidField.class);
    }

    @Test
    void keys_made_and_revoked_by_racing_publishers_are_all_published() {
        try (RedisConnection redis = Ledgers.connectRedis()) {
            KeyPublisher other = new KeyPublisher(ledgers.database(), store, redis);
            List<Future<IssuedKey>> made = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                made.add((i % 2 == 0 ? publisher : other).create(draft(null, null)));
            }
            List<Future<Optional<ApiKey>>> revoked = new ArrayList<>();
            for (int i = 0; i < 40; i += 4) {
                revoked.add((i % 8 == 0 ? publisher : other)
                        .revoke(await(made.get(i)).key().id()));
            }
            assertThat(await(Future.all(revoked)).succeeded()).isTrue();
            assertThat(await(Future.all(made)).succeeded()).isTrue();
            await(keys.load());
            for (int i = 0; i < 40; i++) {
                assertThat(keys.authenticate(made.get(i).result().text()).isPresent())
                        .isEqualTo(i % 4 != 0);
            }
        }
    }

    @Test
    void a_key_that_stopped_after_postgresql_is_published_by_the_next() {
        IssuedKey unpublished = await(store.create(draft(null, null)));
        await(keys.load());
        assertThat(keys.authenticate(unpublished.text())).isEmpty();
        await(publisher.publish());
        await(keys.load());
        assertThat(keys.authenticate(unpublished.text())).isPresent();
        Servers.flushRedis();
        await(publisher.publish());
        Keys fresh = new Keys(ledgers.redis(), Clock.systemUTC());
        await(fresh.load());
        assertThat(fresh.authenticate(unpublished.text())).isPresent();
    }

    @Test
    void a_redis_that_lost_the_keys_takes_none_from_a_running_gateway() {
        IssuedKey issued = await(publisher.create(draft(null, null)));
        IssuedKey other = await(publisher.create(draft(null, null)));
        await(keys.load());
        Servers.flushRedis();
        await(keys.load());
        assertThat(keys.authenticate(issued.text())).isPresent();
        await(publisher.publish());
        assertThat(await(publisher.revoke(issued.key().id()))).isPresent();
        await(keys.load());
        assertThat(keys.authenticate(issued.text())).isEmpty();
        assertThat(keys.authenticate(other.text())).isPresent();
    }

    private boolean authenticatedAt(IssuedKey issued, Instant moment) {
        Keys then = new Keys(ledgers.redis(), Clock.fixed(moment, ZoneOffset.UTC));
        await(then.load());
        return then.authenticate(issued.text()).isPresent();
    }

    private static List<String> reached(CatalogStore catalog, ApiKey key) {
        List<String> reached = new ArrayList<>();
        for (String id : List.of("one", "two", "foreign")) {
            Program program = await(catalog.program(id)).orElseThrow();
            if (key.reaches(program)) {
                reached.add(id);
            }
        }
        return reached;
    }

    private KeyDraft draft(@Nullable Set<String> programs, @Nullable Instant expiresAt) {
        return new KeyDraft(
                client.id(),
                KeyKind.SECRET,
                EnumSet.of(Scope.REDEEM, Scope.READ),
                programs,
                "Till",
                expiresAt,
                KeyTerms.NONE);
    }
}
