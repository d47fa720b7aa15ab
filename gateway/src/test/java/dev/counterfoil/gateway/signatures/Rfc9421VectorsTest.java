package dev.counterfoil.gateway.signatures;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningKey;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.access.VerifyingKey;
import io.vertx.core.MultiMap;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The examples of RFC 9421, Appendix B: keys of B.1, requests of B.2 and B.3, and what is signed there. */
class Rfc9421VectorsTest {
    private static final String BODY = "{\"hello\": \"world\"}";
    private static final String DIGEST =
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    private static final SignedMessage REQUEST = request("example.com");

    private static SignedMessage request(String host) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("Host", host)
                .add("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
                .add("Content-Type", "application/json")
                .add("Content-Digest", DIGEST)
                .add("Content-Length", "18");
        return new SignedMessage("POST", host, "/foo?param=Value&Pet=dog", headers);
    }

    @Test
    void the_base_of_b_2_3_covers_everything() {
        String input = "(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \"content-digest\""
                + " \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"";

        assertThat(base(REQUEST, input)).isEqualTo("""
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@method": POST
                "@path": /foo
                "@query": ?param=Value&Pet=dog
                "@authority": example.com
                "content-type": application/json
                "content-digest": %s
                "content-length": 18
                "@signature-params": %s""".formatted(DIGEST, input));
    }

    @Test
    void hmac_sha256_as_in_b_2_5() {
        String input = "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"";
        byte[] secret = Base64.getDecoder()
                .decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");
        VerifyingKey key = key(SigningAlgorithm.HMAC_SHA256, new SecretKeySpec(secret, "HmacSHA256"));
        byte[] signature = Base64.getDecoder().decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");

        assertThat(base(REQUEST, input)).isEqualTo("""
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@authority": example.com
                "content-type": application/json
                "@signature-params": %s""".formatted(input));
        verifiesOnlyAsIs(key, base(REQUEST, input), signature);
    }

    @Test
    void ed25519_as_in_b_2_6() throws GeneralSecurityException {
        String input = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
                + ";created=1618884473;keyid=\"test-key-ed25519\"";
        byte[] encoded = Base64.getDecoder().decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
        VerifyingKey key = key(
                SigningAlgorithm.ED25519,
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        byte[] signature = Base64.getDecoder()
                .decode("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==");

        assertThat(base(REQUEST, input)).isEqualTo("""
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@method": POST
                "@path": /foo
                "@authority": example.com
                "content-type": application/json
                "content-length": 18
                "@signature-params": %s""".formatted(input));
        verifiesOnlyAsIs(key, base(REQUEST, input), signature);
        assertThat(SignatureCheck.verifies(key, new byte[0], new byte[64])).isFalse();
    }

    @Test
    void the_base_of_b_3_names_the_host_behind_the_proxy() {
        String input =
                "(\"@path\" \"@query\" \"@method\" \"@authority\");created=1618884473;keyid=\"test-key-ecc-p256\"";

        assertThat(base(request("service.internal.example"), input)).isEqualTo("""
                "@path": /foo
                "@query": ?param=Value&Pet=dog
                "@method": POST
                "@authority": service.internal.example
                "@signature-params": %s""".formatted(input));
    }

    @Test
    void the_digest_of_b_2_is_that_of_its_body() {
        assertThatCode(() -> ContentDigest.of(DIGEST).require(BODY.getBytes(US_ASCII)))
                .doesNotThrowAnyException();
    }

    private static String base(SignedMessage request, String input) {
        InnerList list =
                StructuredField.innerLists("sig=" + input).values().iterator().next();
        List<String> components =
                list.items().stream().map(item -> (String) item.value()).toList();
        String parameters = SignatureParameters.serialised(components, list.parameters());
        return new String(SignatureBase.of(request, components, parameters), US_ASCII);
    }

    private static void verifiesOnlyAsIs(VerifyingKey key, String base, byte[] signature) {
        assertThat(SignatureCheck.verifies(key, base.getBytes(US_ASCII), signature))
                .isTrue();
        assertThat(SignatureCheck.verifies(key, (base + " ").getBytes(US_ASCII), signature))
                .isFalse();
        for (int i = 0; i < signature.length; i++) {
            byte[] other = signature.clone();
            other[i] ^= 1;
            assertThat(SignatureCheck.verifies(key, base.getBytes(US_ASCII), other))
                    .as("byte " + i)
                    .isFalse();
        }
        for (int length : new int[] {0, 16, signature.length - 1, signature.length + 1}) {
            byte[] cut = Arrays.copyOf(signature, length);
            assertThat(SignatureCheck.verifies(key, base.getBytes(US_ASCII), cut))
                    .as(length + " bytes")
                    .isFalse();
        }
    }

    private static VerifyingKey key(SigningAlgorithm algorithm, Key material) {
        SigningKey key = new SigningKey(
                "sig_1", "cl_1", "acme", SigningUse.REQUEST, algorithm, null, "test", Instant.EPOCH, null, null, 1);
        return new VerifyingKey(key, material);
    }
}
