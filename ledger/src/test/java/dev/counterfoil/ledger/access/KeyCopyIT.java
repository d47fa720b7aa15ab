package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.testing.CuttableWire;
import dev.counterfoil.ledger.testing.Servers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a gateway's copy of the keys knows, and when. */
class KeyCopyIT extends OnKeys {
    private static final String SHOP = "https://shop.example";

    private KeyDraft page(String... origins) {
        return new KeyDraft(
                client.id(),
                KeyKind.PUBLISHABLE,
                EnumSet.of(Scope.REDEEM),
                null,
                "Page",
                null,
                new KeyTerms(null, Ceilings.NONE, List.of(), List.of(origins), false));
    }

    @Test
    void pages_may_call_and_keys_are_valid_until_the_copy_says_otherwise() {
        ApiKey key = await(publisher.create(page(SHOP))).key();
        assertThat(keys.allowOrigin(SHOP)).isFalse();
        assertThat(keys.isValid(key)).isFalse();
        await(keys.load());
        assertThat(keys.allowOrigin(SHOP)).isTrue();
        assertThat(keys.isValid(key)).isTrue();
        String till = "https://till.example";
        KeyTerms moved = new KeyTerms(null, Ceilings.NONE, List.of(), List.of(till), false);
        assertThat(await(publisher.patch(key.id(), new KeyPatch(null, null, old -> moved))))
                .isPresent();
        await(keys.load());
        assertThat(keys.allowOrigin(SHOP)).isFalse();
        assertThat(keys.allowOrigin(till)).isTrue();
        // As with PostgreSQL away: only Redis has it, and the list is as it was.
        Revocations.Revocation revocation = new Revocations.Revocation(Instant.now(), Actor.SYSTEM);
        assertThat(await(new Revocations(ledgers.redis()).put(key.id(), revocation)))
                .isPresent();
        await(keys.load());
        assertThat(keys.allowOrigin(till)).isFalse();
        assertThat(keys.isValid(key)).isFalse();
    }

    @Test
    void a_key_that_is_made_while_redis_is_away_is_good_once_a_sweep_has_told_it() throws Exception {
        CuttableWire wire = CuttableWire.to(Servers.redisUri());
        try (RedisConnection cuttable =
                RedisConnection.open(wire.through(Servers.redisUri()), Duration.ofSeconds(5), Duration.ofMillis(500))) {
            KeyPublisher cutOff = new KeyPublisher(ledgers.database(), store, cuttable);
            wire.cut();
            IssuedKey issued = await(cutOff.create(page(SHOP)));
            assertThatThrownBy(() -> await(cutOff.publish())).isInstanceOf(LedgerFault.class);
            await(keys.load());
            assertThat(keys.authenticate(issued.text())).isEmpty();
            wire.mend();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .untilAsserted(() -> await(cutOff.sweep()));
            await(keys.load());
            assertThat(keys.authenticate(issued.text())).contains(issued.key());
        } finally {
            wire.close();
        }
    }
}
