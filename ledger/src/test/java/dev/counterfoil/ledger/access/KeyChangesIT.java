package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.audit.AuditRow;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.testing.Servers;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of keys after they are made. */
class KeyChangesIT extends OnKeys {
    private static final InetAddress HERE = AddressRange.address("203.0.113.7");
    private static final KeyTerms TERMS = new KeyTerms(
            new Rate(600, 60),
            new Ceilings(Map.of(Ceilings.Kind.ISSUED, Map.of("CNY", 5L))),
            KeyTerms.addresses(List.of("203.0.113.0/24")),
            List.of(),
            true);

    @Test
    void terms_are_the_same_in_postgresql_in_redis_and_in_memory() {
        IssuedKey issued = await(publisher.create(draft(TERMS, null)));
        assertThat(issued.key().terms()).isEqualTo(TERMS);
        await(keys.load());
        assertThat(keys.check(issued.text(), HERE)).isEqualTo(new KeyCheck.Accepted(issued.key()));
        assertThat(keys.check(issued.text(), AddressRange.address("203.0.114.7")))
                .isEqualTo(KeyCheck.Refused.ADDRESS);
        KeyTerms pages = new KeyTerms(null, Ceilings.NONE, List.of(), List.of("https://shop.example"), false);
        ApiKey publishable = await(publisher.create(new KeyDraft(
                        client.id(), KeyKind.PUBLISHABLE, EnumSet.of(Scope.REDEEM), null, "Page", null, pages)))
                .key();
        assertThat(KeyJson.read(KeyJson.write(publishable).put("version", publishable.version())))
                .isEqualTo(publishable);
    }

    @Test
    void a_successor_has_the_same_rights_and_the_old_key_ends_after_the_overlap() {
        IssuedKey first = await(publisher.create(draft(TERMS, null)));
        Rotation.Rotated rotated = await(publisher.rotate(first.key().id(), new Rotation(Duration.ofHours(2), null)))
                .orElseThrow();
        ApiKey successor = rotated.successor().key();
        assertThat(successor.client()).isEqualTo(client.id());
        assertThat(successor.scopes()).isEqualTo(first.key().scopes());
        assertThat(successor.terms()).isEqualTo(TERMS);
        assertThat(successor.expiresAt()).isNull();
        assertThat(successor.lineage()).isEqualTo(first.key().id());
        Instant end = rotated.old().expiresAt();
        assertThat(end)
                .isBetween(Instant.now().plusSeconds(7_000), Instant.now().plusSeconds(7_201));
        assertThat(checkedAt(first, end.minusMillis(1))).isInstanceOf(KeyCheck.Accepted.class);
        assertThat(checkedAt(first, end)).isEqualTo(KeyCheck.Refused.EXPIRED);
        assertThat(checkedAt(rotated.successor(), end)).isInstanceOf(KeyCheck.Accepted.class);
        Rotation.Rotated again = await(publisher.rotate(successor.id(), new Rotation(Duration.ZERO, null)))
                .orElseThrow();
        assertThat(again.successor().key().lineage()).isEqualTo(first.key().id());
    }

    @Test
    void rotating_never_makes_a_key_last_longer_and_an_ended_one_is_not_rotated() {
        Instant soon = Instant.parse("2099-01-01T00:00:00Z");
        IssuedKey issued = await(publisher.create(draft(KeyTerms.NONE, soon)));
        await(publisher.patch(
                issued.key().id(), new KeyPatch(null, Instant.now().plusSeconds(60), old -> old)));
        Rotation.Rotated rotated = await(
                        publisher.rotate(issued.key().id(), new Rotation(Rotation.LONGEST_OVERLAP, soon)))
                .orElseThrow();
        assertThat(rotated.old().expiresAt()).isBefore(Instant.now().plusSeconds(61));
        assertThat(rotated.successor().key().expiresAt()).isEqualTo(soon);
        assertThat(await(publisher.revoke(issued.key().id()))).isPresent();
        assertThatThrownBy(() -> await(publisher.rotate(issued.key().id(), new Rotation(Duration.ZERO, null))))
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> new Rotation(Duration.ofDays(91), null)).hasMessageStartingWith("/overlap_seconds");
        assertThat(await(publisher.rotate("nobody", new Rotation(Duration.ZERO, null))))
                .isEmpty();
    }

    @Test
    void an_expiry_only_comes_nearer() {
        Instant end = Instant.parse("2099-01-01T00:00:00Z");
        IssuedKey issued = await(publisher.create(draft(KeyTerms.NONE, end)));
        KeyPatch later = new KeyPatch(null, end.plusMillis(1), old -> old);
        assertThatThrownBy(() -> await(publisher.patch(issued.key().id(), later)))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/expires_at"));
        KeyPatch sooner = new KeyPatch("Till 5", end.minusMillis(1), old -> TERMS);
        ApiKey changed = await(publisher.patch(issued.key().id(), sooner)).orElseThrow();
        assertThat(changed.expiresAt()).isEqualTo(end.minusMillis(1));
        assertThat(changed.name()).isEqualTo("Till 5");
        assertThat(changed.terms()).isEqualTo(TERMS);
    }

    @Test
    void a_revocation_stands_whatever_is_published_later_and_whatever_redis_forgets() {
        IssuedKey issued = await(publisher.create(draft(KeyTerms.NONE, null)));
        Revocations revocations = new Revocations(ledgers.redis());
        Actor thief = new Actor("cli:ops", null, null, "stolen");
        Instant at = Instant.parse("2026-11-21T08:00:00Z");
        // As with PostgreSQL away: only Redis has it.
        assertThat(await(revocations.put(issued.key().id(), new Revocations.Revocation(at, thief))))
                .isPresent();
        assertThat(await(publisher.limit(issued.key().id(), Rate.OFF))).isPresent();
        await(keys.load());
        assertThat(keys.check(issued.text(), HERE)).isEqualTo(KeyCheck.Refused.REVOKED);
        await(revocations.remove(issued.key().id()));
        await(keys.load());
        assertThat(keys.check(issued.text(), HERE)).isEqualTo(KeyCheck.Refused.REVOKED);
        assertThat(await(revocations.put(issued.key().id(), new Revocations.Revocation(at, thief))))
                .isPresent();
        await(publisher.sweep());
        assertThat(await(revocations.all())).isEmpty();
        assertThat(await(store.find(issued.key().id())).orElseThrow().key().revokedAt())
                .isEqualTo(at);
        AuditRow row = await(new AuditLog(ledgers.database())
                        .read(new AuditLog.Wanted("acme", Long.MAX_VALUE, "key.revoke", null, null, null, null, 10)))
                .get(0);
        assertThat(row.actor()).isEqualTo(thief);
        await(keys.load());
        assertThat(keys.check(issued.text(), HERE)).isEqualTo(KeyCheck.Refused.REVOKED);
    }

    @Test
    void a_copy_older_than_a_second_is_read_again_and_without_redis_postgresql_vouches_for_it() throws Exception {
        IssuedKey issued = await(publisher.create(draft(KeyTerms.NONE, null)));
        assertThat(keys.isFresh()).isFalse();
        await(keys.refresh());
        assertThat(keys.isFresh()).isTrue();
        assertThat(keys.check(issued.text(), HERE)).isInstanceOf(KeyCheck.Accepted.class);
        assertThat(await(publisher.revoke(issued.key().id()))).isPresent();
        Thread.sleep(Keys.FRESH.toMillis() + 10);
        assertThat(keys.isFresh()).isFalse();
        await(keys.refresh());
        assertThat(keys.check(issued.text(), HERE)).isEqualTo(KeyCheck.Refused.REVOKED);
        Keys vouched = new Keys(ledgers.redis(), store, Clock.systemUTC());
        IssuedKey other = await(publisher.create(draft(KeyTerms.NONE, null)));
        await(vouched.refresh());
        Servers.redis().pause();
        try {
            assertThatThrownBy(() -> await(keys.refresh())).isInstanceOf(LedgerFault.Unavailable.class);
            await(vouched.refresh());
            assertThat(vouched.check(other.text(), HERE)).isInstanceOf(KeyCheck.Accepted.class);
            assertThatThrownBy(() -> await(publisher.revoke(other.key().id()))).isInstanceOf(LedgerFault.class);
            Thread.sleep(Keys.FRESH.toMillis() + 10);
            await(vouched.refresh());
            assertThat(vouched.check(other.text(), HERE)).isEqualTo(KeyCheck.Refused.REVOKED);
        } finally {
            Servers.redis().resume();
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).ignoreExceptions().untilAsserted(() -> await(keys.refresh()));
        assertThat(keys.isFresh()).isTrue();
    }

    @Test
    void when_a_key_was_last_used_is_written_in_one_go() {
        IssuedKey issued = await(publisher.create(draft(KeyTerms.NONE, null)));
        Instant moment = Instant.parse("2026-11-21T08:00:00Z");
        KeyUses uses = new KeyUses(ledgers.database(), Clock.fixed(moment, ZoneOffset.UTC));
        uses.used(issued.key());
        uses.used(issued.key());
        assertThat(await(store.list("acme", "", 10)).get(0).lastUsedAt()).isNull();
        await(uses.flush());
        assertThat(await(store.list("acme", "", 10)).get(0).lastUsedAt()).isEqualTo(moment);
        KeyUses slower = new KeyUses(ledgers.database(), Clock.fixed(moment.minusSeconds(1), ZoneOffset.UTC));
        slower.used(issued.key());
        await(slower.flush());
        KeyStore.Listed listed = await(store.find(issued.key().id())).orElseThrow();
        assertThat(listed.lastUsedAt()).isEqualTo(moment);
        assertThat(listed.key()).isEqualTo(issued.key());
    }

    private KeyCheck checkedAt(IssuedKey issued, Instant moment) {
        Keys then = new Keys(ledgers.redis(), Clock.fixed(moment, ZoneOffset.UTC));
        await(then.load());
        return then.check(issued.text(), HERE);
    }

    private KeyDraft draft(KeyTerms terms, @Nullable Instant expiresAt) {
        return new KeyDraft(
                client.id(), KeyKind.SECRET, EnumSet.of(Scope.REDEEM, Scope.READ), null, "Till", expiresAt, terms);
    }
}
