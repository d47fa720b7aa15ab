package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.testing.Ledgers;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SigningKeysIT {
    private final SecureRandom random = new SecureRandom();
    private final CodeCipher cipher = CodeCipher.of(List.of(CodeCipher.generate("k1", random)), random);
    private Ledgers ledgers;
    private SigningKeyPublisher publisher;
    private SigningKeys keys;
    private String client;

    @BeforeEach
    void start() {
        ledgers = Ledgers.fresh();
        KeyStore holders = new KeyStore(ledgers.database(), random);
        publisher = new SigningKeyPublisher(
                ledgers.database(), new SigningKeyStore(ledgers.database(), cipher, random), ledgers.redis());
        keys = new SigningKeys(ledgers.redis(), cipher, Clock.systemUTC());
        assertThat(await(holders.putIssuer(new Issuer("acme", "Acme"))).name()).isEqualTo("Acme");
        client = await(holders.createClient("acme", "Shop")).id();
    }

    @AfterEach
    void stop() {
        ledgers.close();
    }

    @Test
    void a_shared_secret_is_opened_by_gateways_and_stands_nowhere_in_the_clear() {
        IssuedSigningKey issued =
                await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.HMAC_SHA256, null, null)));
        String id = issued.key().id();
        byte[] secret = Base64.getUrlDecoder().decode(String.valueOf(issued.secret()));
        assertThat(secret).hasSize(32);
        await(keys.load());
        VerifyingKey found = keys.find(client, id, SigningUse.REQUEST).orElseThrow();
        assertThat(found.material().getEncoded()).isEqualTo(secret);
        assertThat(found.material().getAlgorithm()).isEqualTo("HmacSHA256");
        assertThat(issued + " " + found).doesNotContain(String.valueOf(issued.secret()));
        String row = await(ledgers.database()
                .call(handle -> handle.createQuery("select (select signing_key::text from signing_key)"
                                + " || (select string_agg(audit::text, ' ') from audit)")
                        .mapTo(String.class)
                        .one()));
        String published = RedisKeys.text(await(ledgers.redis()
                .call(commands -> commands.hget(RedisKeys.bytes(RedisKeys.SIGNING_KEYS), RedisKeys.bytes(id)))));
        assertThat(row).contains(id, "signing_key.create");
        for (String clear : List.of(
                String.valueOf(issued.secret()),
                Base64.getEncoder().encodeToString(secret),
                java.util.HexFormat.of().formatHex(secret))) {
            assertThat(row).doesNotContain(clear);
            assertThat(published).contains(id).doesNotContain(clear);
        }
    }

    @Test
    void a_sealed_secret_that_was_moved_to_another_key_is_refused() {
        IssuedSigningKey first =
                await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.HMAC_SHA256, null, null)));
        IssuedSigningKey second =
                await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.HMAC_SHA256, null, null)));
        int moved = await(ledgers.database()
                .call(handle -> handle.execute(
                        "update signing_key set version = 9, sealed_secret = (select sealed_secret from signing_key where id = ?)"
                                + " where id = ?",
                        first.key().id(),
                        second.key().id())));
        assertThat(moved).isEqualTo(1);
        int raised = await(ledgers.database()
                .call(handle -> handle.execute("update version set value = 9 where name = 'signing_keys'")));
        assertThat(raised).isEqualTo(1);
        await(publisher.publish());
        await(keys.load());
        assertThat(keys.find(client, first.key().id(), SigningUse.REQUEST)).isPresent();
        assertThat(keys.find(client, second.key().id(), SigningUse.REQUEST)).isEmpty();
    }

    @Test
    void a_public_key_is_given_in_pem_and_is_found_for_its_client_and_use_only() throws Exception {
        String ed25519 = PublicKeyText.pem(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(new ECGenParameterSpec("secp256r1"));
        String p256 = PublicKeyText.pem(curve.generateKeyPair().getPublic());
        IssuedSigningKey made =
                await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.ED25519, ed25519, null)));
        IssuedSigningKey token =
                await(publisher.create(draft(SigningUse.ACCOUNT_TOKEN, SigningAlgorithm.ES256, p256, null)));
        assertThat(made.secret()).isNull();
        await(keys.load());
        assertThat(keys.find(client, made.key().id(), SigningUse.REQUEST)
                        .orElseThrow()
                        .key())
                .isEqualTo(made.key());
        assertThat(made.key().publicKey()).isEqualTo(ed25519);
        assertThat(keys.find(client, token.key().id(), SigningUse.ACCOUNT_TOKEN))
                .isPresent();
        assertThat(keys.find(client, made.key().id(), SigningUse.ACCOUNT_TOKEN)).isEmpty();
        assertThat(keys.find("cl_other", made.key().id(), SigningUse.REQUEST)).isEmpty();
        assertThatThrownBy(() -> draft(SigningUse.REQUEST, SigningAlgorithm.ED25519, p256, null))
                .hasMessage("/public_key: expected: a public key for ed25519");
        assertThatThrownBy(() -> draft(SigningUse.ACCOUNT_TOKEN, SigningAlgorithm.ES256, ed25519, null))
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> draft(SigningUse.REQUEST, SigningAlgorithm.ES256, p256, null))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.pointer()).isEqualTo("/algorithm"));
    }

    @Test
    void a_signing_key_ends_when_it_is_revoked_or_expires() {
        Instant end = Instant.parse("2027-01-01T00:00:00Z");
        String lasting = await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.HMAC_SHA256, null, end)))
                .key()
                .id();
        String revoked = await(publisher.create(draft(SigningUse.REQUEST, SigningAlgorithm.HMAC_SHA256, null, end)))
                .key()
                .id();
        assertThat(await(publisher.revoke(revoked)).orElseThrow().revokedAt()).isNotNull();
        assertThat(await(publisher.revoke("sig_nobody"))).isEmpty();
        assertThat(foundAt(lasting, end.minusMillis(1))).isTrue();
        assertThat(foundAt(lasting, end)).isFalse();
        assertThat(foundAt(revoked, end.minusMillis(1))).isFalse();
    }

    private boolean foundAt(String id, Instant moment) {
        SigningKeys then = new SigningKeys(ledgers.redis(), cipher, Clock.fixed(moment, ZoneOffset.UTC));
        await(then.load());
        return then.find(client, id, SigningUse.REQUEST).isPresent();
    }

    private SigningKeyDraft draft(
            SigningUse use, SigningAlgorithm algorithm, @Nullable String publicKey, @Nullable Instant expiresAt) {
        return new SigningKeyDraft(client, use, algorithm, publicKey, "Till", expiresAt);
    }
}
