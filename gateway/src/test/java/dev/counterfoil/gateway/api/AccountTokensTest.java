package dev.counterfoil.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningKey;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.access.VerifyingKey;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccountTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-27T04:00:00Z");
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Map<String, VerifyingKey> keys = new HashMap<>();
    private final AccountTokens tokens = new AccountTokens(
            (client, id, use) -> client.equals("cl_1") && use == SigningUse.ACCOUNT_TOKEN
                    ? Optional.ofNullable(keys.get(id))
                    : Optional.empty(),
            Clock.fixed(NOW, ZoneOffset.UTC));
    private KeyPair ec;
    private KeyPair ed;

    @BeforeEach
    void makeKeys() throws Exception {
        KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
        curves.initialize(new ECGenParameterSpec("secp256r1"));
        ec = curves.generateKeyPair();
        ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        key("sig_mac", SigningAlgorithm.HMAC_SHA256, new SecretKeySpec(SECRET, "HmacSHA256"));
        key("sig_ec", SigningAlgorithm.ES256, ec.getPublic());
        key("sig_ed", SigningAlgorithm.ED25519, ed.getPublic());
    }

    private void key(String id, SigningAlgorithm algorithm, Key material) {
        SigningKey key = new SigningKey(
                id, "cl_1", "acme", SigningUse.ACCOUNT_TOKEN, algorithm, null, "key", NOW, null, null, 1);
        keys.put(id, new VerifyingKey(key, material));
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("u_1")
                .audience("demo")
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(900)));
    }

    private static String signed(JWSAlgorithm algorithm, String id, JWSSigner signer, JWTClaimsSet.Builder claims)
            throws Exception {
        SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(id).build(), claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String mac(UnaryOperator<JWTClaimsSet.Builder> with) throws Exception {
        return signed(JWSAlgorithm.HS256, "sig_mac", new MACSigner(SECRET), with.apply(claims()));
    }

    private String account(String token) {
        return tokens.account("cl_1", "demo", token);
    }

    private void refused(String token, String why) {
        assertThatThrownBy(() -> account(token)).isInstanceOfSatisfying(Rejection.class, rejection -> {
            assertThat(rejection.problem().errors().toString()).contains("/account_token", why);
            assertThat(rejection.problem().toString()).doesNotContain(token);
        });
    }

    @Test
    void each_algorithm_is_verified_with_the_key_that_kid_names() throws Exception {
        assertThat(account(mac(claims -> claims))).isEqualTo("u_1");
        assertThat(account(signed(
                        JWSAlgorithm.ES256, "sig_ec", new ECDSASigner((ECPrivateKey) ec.getPrivate()), claims())))
                .isEqualTo("u_1");
        assertThat(account(signedByEd())).isEqualTo("u_1");
    }

    private String signedByEd() throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("sig_ed").build(), claims().build());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(ed.getPrivate());
        signature.update(jwt.getSigningInput());
        return new String(jwt.getSigningInput(), StandardCharsets.US_ASCII) + "." + Base64URL.encode(signature.sign());
    }

    @Test
    void a_token_cannot_choose_how_it_is_verified() throws Exception {
        byte[] published = ec.getPublic().getEncoded();
        refused(
                signed(JWSAlgorithm.HS256, "sig_ec", new MACSigner(published), claims()),
                "its alg is not that of its key");
        refused(
                signed(JWSAlgorithm.HS512, "sig_mac", new MACSigner(new byte[64]), claims()),
                "its alg is not that of its key");
        refused(new PlainJWT(claims().build()).serialize(), "not a signed JWT");
        refused(signed(JWSAlgorithm.HS256, "sig_mac", new MACSigner(new byte[32]), claims()), "its signature is wrong");
        String ours = mac(claims -> claims);
        refused(ours.substring(0, ours.length() - 3) + "AAA", "its signature");
        SignedJWT critical = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID("sig_mac")
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build(),
                claims().build());
        critical.sign(new MACSigner(SECRET));
        refused(critical.serialize(), "critical");
    }

    @Test
    void a_key_is_named_and_is_the_clients_own() throws Exception {
        SignedJWT anonymous = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims().build());
        anonymous.sign(new MACSigner(SECRET));
        refused(anonymous.serialize(), "no kid");
        refused(signed(JWSAlgorithm.HS256, "sig_x", new MACSigner(SECRET), claims()), "no valid key");
        String token = mac(claims -> claims);
        assertThatThrownBy(() -> tokens.account("cl_2", "demo", token)).isInstanceOf(Rejection.class);
    }

    @Test
    void a_token_is_for_one_program_and_a_quarter_of_an_hour() throws Exception {
        refused(mac(claims -> claims.audience("other")), "its aud");
        refused(mac(claims -> claims.expirationTime(Date.from(NOW.plusSeconds(901)))), "within 15 minutes");
        refused(mac(claims -> claims.expirationTime(null)), "no exp");
        refused(mac(claims -> claims.issueTime(null)), "no iat");
        assertThat(account(mac(claims -> between(claims, -629, -29)))).isEqualTo("u_1");
        refused(mac(claims -> between(claims, -630, -30)), "expired");
        assertThat(account(mac(claims -> between(claims, 30, 60)))).isEqualTo("u_1");
        refused(mac(claims -> between(claims, 31, 60)), "iat is still to come");
        refused(mac(claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(31)))), "nbf");
        refused(mac(claims -> claims.subject(null)), "its sub");
        refused(mac(claims -> claims.subject("x".repeat(129))), "its sub");
        refused(mac(claims -> claims.subject("a\nb")), "its sub");
    }

    private static JWTClaimsSet.Builder between(JWTClaimsSet.Builder claims, long from, long to) {
        return claims.issueTime(Date.from(NOW.plusSeconds(from))).expirationTime(Date.from(NOW.plusSeconds(to)));
    }

    @Test
    void what_is_no_token_is_said_to_be_none() {
        for (String text : new String[] {"nothing", "a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."}) {
            refused(text, "");
        }
    }
}
