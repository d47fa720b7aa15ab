package dev.counterfoil.gateway.signatures;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.gateway.settings.SignaturesSettings;
import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningKey;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.access.VerifyingKey;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is accepted and what is refused, each from a request that is right but for one thing. */
class RequestSignaturesTest {
    private static final long NOW = 1_800_000_000;
    private static final String BODY = "{\"item\":\"crab-8\"}";
    private static final String CLIENT = "cl_shop";
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final KeyPair PAIR = pair();
    private static final RequestSigner HMAC = RequestSigner.hmac(SECRET);
    private static final RequestSigner ED25519 = RequestSigner.ed25519(PAIR.getPrivate());

    private final Map<String, Duration> used = new HashMap<>();
    private final SeenNonces nonces =
            (key, nonce, validFor) -> Future.succeededFuture(used.putIfAbsent(key + " " + nonce, validFor) == null);

    /** A request and what its signer signs of it; a test changes either. */
    private static final class Attempt {
        final Map<String, String> signed = new LinkedHashMap<>();
        final Map<String, String> parameters = new LinkedHashMap<>();
        final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        RequestSigner signer = HMAC;
        String method = "POST";
        String authority = "redeem.example";
        String target = "/v1/programs/demo/redemptions?a=1";
        String client = CLIENT;
        String before = "";
        Consumer<MultiMap> onTheWay = headers -> {};

        Attempt() {
            headers.add("Authorization", "Bearer cf_sk_1_x")
                    .add("Content-Type", "application/json")
                    .add("Content-Length", Integer.toString(BODY.length()))
                    .add("Content-Digest", RequestSigner.digest(BODY))
                    .add("Idempotency-Key", "order-1");
            signed.put("@method", method);
            signed.put("@authority", authority);
            signed.put("@path", "/v1/programs/demo/redemptions");
            signed.put("@query", "?a=1");
            signed.put("content-digest", RequestSigner.digest(BODY));
            signed.put("idempotency-key", "order-1");
            parameters.put("created", Long.toString(NOW));
            parameters.put("keyid", "\"sig_hmac\"");
            parameters.put("nonce", "\"nonce-0001\"");
        }

        SignedMessage sent() {
            StringBuilder text = new StringBuilder();
            parameters.forEach(
                    (name, value) -> text.append(';').append(name).append('=').append(value));
            headers.add("Signature-Input", before + "sig1=" + RequestSigner.input(signed, text.toString()));
            headers.add("Signature", "sig1=" + signer.signature(signed, text.toString()));
            onTheWay.accept(headers);
            return new SignedMessage(method, authority, target, headers);
        }
    }

    private static Attempt attempt(Consumer<Attempt> change) {
        Attempt attempt = new Attempt();
        change.accept(attempt);
        return attempt;
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                row("as it is", a -> {}),
                row("by Ed25519", a -> {
                    a.signer = ED25519;
                    a.parameters.put("keyid", "\"sig_ed25519\"");
                    a.parameters.put("alg", "\"ed25519\"");
                }),
                row("with every parameter", a -> {
                    a.parameters.put("alg", "\"hmac-sha256\"");
                    a.parameters.put("expires", Long.toString(NOW + 1));
                    a.parameters.put("tag", "\"a \\\"tag\\\\\"");
                }),
                row("more than has to be covered", a -> {
                    a.signed.put("authorization", "Bearer cf_sk_1_x");
                    a.signed.put("content-type", "application/json");
                    a.signed.put("counterfoil-durability", "settled");
                    a.headers.add("Counterfoil-Durability", "settled");
                    a.signed.put("x-two", "a, b");
                    a.headers.add("X-Two", " a ").add("X-Two", "b");
                }),
                row(
                        "behind another's signature",
                        a -> a.before =
                                "proxy=(\"@method\" \"content-digest\";req;key=\"x\");created=1;keyid=\"theirs\", "),
                row("in another order", a -> {
                    String method = a.signed.remove("@method");
                    a.signed.put("@method", String.valueOf(method));
                }),
                row("host in capitals, default port", a -> a.authority = "Redeem.Example:443"),
                row("without query", a -> {
                    a.target = "/v1/programs/demo/redemptions";
                    a.signed.put("@query", "?");
                }),
                row("as old as may be", a -> a.parameters.put("created", Long.toString(NOW - 300))),
                row("as far ahead as may be", a -> a.parameters.put("created", Long.toString(NOW + 30))),
                row("without body", a -> {
                    a.method = "GET";
                    a.signed.put("@method", "GET");
                    a.signed.remove("content-digest");
                    a.headers.remove("Content-Digest").remove("Content-Length");
                }),
                row(
                        "spaces that say nothing",
                        a -> a.onTheWay = headers -> headers.set(
                                "Signature-Input",
                                headers.get("Signature-Input")
                                        .replace("(", "(  ")
                                        .replace("\" \"", "\"  \"")
                                        .replace(";keyid", "; keyid"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void is_accepted(String name, Consumer<Attempt> change) {
        Future<ContentDigest> verified = verify(attempt(change));

        assertThat(verified.cause()).isNull();
        assertThat(used).hasSize(1);
    }

    static Stream<Arguments> refused() {
        List<Arguments> rows = new ArrayList<>();
        Refusals add = (name, reason, change) -> rows.add(Arguments.of(name, reason, change));

        add.row("another method", Reason.SIGNATURE, a -> a.method = "PUT");
        add.row("another host", Reason.SIGNATURE, a -> a.authority = "test.example");
        add.row("another port", Reason.SIGNATURE, a -> a.authority = "redeem.example:8080");
        add.row("another path", Reason.SIGNATURE, a -> a.target = "/v1/programs/demo/redemptions/preview?a=1");
        add.row("a path that means the same", Reason.SIGNATURE, a -> a.target = "/v1/programs/./demo/redemptions?a=1");
        add.row("another query", Reason.SIGNATURE, a -> a.target = "/v1/programs/demo/redemptions?a=2");
        add.row("no query any more", Reason.SIGNATURE, a -> a.target = "/v1/programs/demo/redemptions");
        add.row("another digest", Reason.SIGNATURE, onTheWay("Content-Digest", RequestSigner.digest("{}")));
        add.row("another Idempotency-Key", Reason.SIGNATURE, onTheWay("Idempotency-Key", "order-2"));
        add.row("a second Idempotency-Key", Reason.SIGNATURE, a -> a.onTheWay = h -> h.add("Idempotency-Key", "x"));
        add.row("another created", Reason.SIGNATURE, inInput("created=" + NOW, "created=" + (NOW + 1)));
        add.row("another nonce", Reason.SIGNATURE, inInput("nonce-0001", "nonce-0002"));
        add.row("a parameter more", Reason.SIGNATURE, inInput(";created", ";tag=\"a\";created"));
        add.row("less covered than signed", Reason.SIGNATURE, a -> {
            a.signed.put("content-type", "application/json");
            inInput(" \"content-type\"", "").accept(a);
        });
        add.row("another secret", Reason.SIGNATURE, a -> a.signer = RequestSigner.hmac("another".getBytes(UTF_8)));
        add.row("HMAC under an Ed25519 key", Reason.SIGNATURE, a -> a.parameters.put("keyid", "\"sig_ed25519\""));
        add.row("HMAC with the public key", Reason.SIGNATURE, a -> {
            a.signer = RequestSigner.hmac(PAIR.getPublic().getEncoded());
            a.parameters.put("keyid", "\"sig_ed25519\"");
        });
        add.row("Ed25519 under an HMAC key", Reason.SIGNATURE, a -> a.signer = ED25519);
        add.row("no signature at all", Reason.SIGNATURE, onTheWay("Signature", "sig1=::"));
        add.row("64 zeros under Ed25519", Reason.SIGNATURE, a -> {
            a.parameters.put("keyid", "\"sig_ed25519\"");
            onTheWay("Signature", "sig1=:" + "A".repeat(86) + "==:").accept(a);
        });

        for (String component :
                List.of("@method", "@authority", "@path", "@query", "content-digest", "idempotency-key")) {
            add.row(component + " not covered", Reason.COMPONENTS, a -> a.signed.remove(component));
        }
        add.row("nothing covered", Reason.COMPONENTS, a -> a.signed.clear());
        add.row("chunked, digest not covered", Reason.COMPONENTS, a -> {
            a.signed.remove("content-digest");
            a.headers.remove("Content-Length").add("Transfer-Encoding", "chunked");
        });
        for (String own : List.of("Counterfoil-Durability", "COUNTERFOIL-REASON", "counterfoil-later")) {
            add.row(own + " not covered", Reason.COMPONENTS, a -> a.headers.add(own, "settled"));
        }
        add.row("a header that is not there", Reason.COMPONENTS, a -> a.signed.put("x-none", ""));
        add.row("@target-uri", Reason.COMPONENTS, a -> a.signed.put("@target-uri", "https://redeem.example/"));
        add.row("@status, also as a header", Reason.COMPONENTS, a -> {
            a.signed.put("@status", "200");
            a.headers.add("@status", "200");
        });
        add.row("a name in capitals", Reason.COMPONENTS, a -> a.signed.put("Content-Type", "application/json"));
        add.row("covered twice", Reason.COMPONENTS, inInput("(\"@method\"", "(\"@method\" \"@method\""));
        add.row(
                "a component with a parameter",
                Reason.COMPONENTS,
                inInput("\"content-digest\"", "\"content-digest\";sf"));
        add.row("a component as a token", Reason.COMPONENTS, inInput("\"content-digest\"", "content-digest"));
        add.row("a header that is not ASCII", Reason.COMPONENTS, a -> {
            a.signed.put("x-name", "\u00e9");
            a.headers.add("X-Name", "\u00e9");
        });
        add.row("33 components", Reason.COMPONENTS, a -> {
            for (int i = 0; i < 27; i++) {
                a.signed.put("x-" + i, "1");
                a.headers.add("X-" + i, "1");
            }
        });

        add.row("a keyid that is not known", Reason.UNKNOWN_KEY, a -> a.parameters.put("keyid", "\"sig_none\""));
        add.row("no keyid", Reason.UNKNOWN_KEY, a -> a.parameters.remove("keyid"));
        add.row("a keyid that is no text", Reason.UNKNOWN_KEY, a -> a.parameters.put("keyid", "1"));
        add.row("another client's key", Reason.UNKNOWN_KEY, a -> a.client = "cl_other");
        add.row("another alg", Reason.ALGORITHM, a -> a.parameters.put("alg", "\"ed25519\""));
        add.row("an unknown alg", Reason.ALGORITHM, a -> a.parameters.put("alg", "\"none\""));
        add.row("an alg as a token", Reason.ALGORITHM, a -> a.parameters.put("alg", "hmac-sha256"));
        add.row("no created", Reason.PARAMETERS, a -> a.parameters.remove("created"));
        add.row("created as a text", Reason.PARAMETERS, a -> a.parameters.put("created", "\"" + NOW + "\""));
        add.row("created before 1970", Reason.PARAMETERS, a -> a.parameters.put("created", "-1"));
        add.row("no nonce", Reason.PARAMETERS, a -> a.parameters.remove("nonce"));
        add.row("an empty nonce", Reason.PARAMETERS, a -> a.parameters.put("nonce", "\"\""));
        add.row("a nonce with a space", Reason.PARAMETERS, a -> a.parameters.put("nonce", "\"nonce 0001\""));
        add.row("a nonce that is too long", Reason.PARAMETERS, a -> a.parameters.put("nonce", quoted(129)));
        add.row("a nonce as a token", Reason.PARAMETERS, a -> a.parameters.put("nonce", "nonce-0001"));
        add.row("a parameter that is not known", Reason.PARAMETERS, a -> a.parameters.put("more", "1"));
        add.row("a tag that is no text", Reason.PARAMETERS, a -> a.parameters.put("tag", "1"));
        add.row("expires as a text", Reason.PARAMETERS, a -> a.parameters.put("expires", "\"1\""));
        add.row("expires before created", Reason.PARAMETERS, a -> a.parameters.put("expires", Long.toString(NOW - 1)));

        add.row("too old", Reason.TIME, a -> a.parameters.put("created", Long.toString(NOW - 301)));
        add.row("from the future", Reason.TIME, a -> a.parameters.put("created", Long.toString(NOW + 31)));
        add.row("from the end of time", Reason.TIME, a -> a.parameters.put("created", "999999999999999"));
        add.row("expired", Reason.TIME, a -> a.parameters.put("expires", Long.toString(NOW)));

        add.row("no Signature-Input", Reason.MALFORMED, a -> a.onTheWay = headers -> headers.remove("Signature-Input"));
        add.row("no Signature", Reason.MALFORMED, a -> a.onTheWay = headers -> headers.remove("Signature"));
        add.row(
                "another label",
                Reason.MALFORMED,
                a -> a.onTheWay = headers ->
                        headers.set("Signature", headers.get("Signature").replace("sig1", "sig2")));
        add.row("an empty Signature-Input", Reason.MALFORMED, onTheWay("Signature-Input", ""));
        add.row("no structured field", Reason.MALFORMED, onTheWay("Signature-Input", "sig1=(\"@method\""));
        add.row(
                "Signature-Input twice",
                Reason.MALFORMED,
                a -> a.onTheWay = headers -> headers.add("Signature-Input", headers.get("Signature-Input")));
        add.row(
                "Signature twice",
                Reason.MALFORMED,
                a -> a.onTheWay = headers -> headers.add("Signature", headers.get("Signature")));
        add.row("a signature that is no base64", Reason.MALFORMED, onTheWay("Signature", "sig1=:*:"));
        add.row("nine signatures", Reason.MALFORMED, a -> a.before = "a=(),b=(),c=(),d=(),e=(),f=(),g=(),h=(),");
        add.row("a Signature-Input that is too long", Reason.MALFORMED, a -> a.parameters.put("tag", quoted(4_000)));
        add.row("no digest that is known", Reason.MALFORMED, a -> {
            a.headers.set("Content-Digest", "md5=:AQID:");
            a.signed.put("content-digest", "md5=:AQID:");
        });
        add.row("a digest that cannot be read", Reason.MALFORMED, a -> {
            a.headers.set("Content-Digest", "sha-256=AQID");
            a.signed.put("content-digest", "sha-256=AQID");
        });
        return rows.stream();
    }

    private interface Refusals {
        void row(String name, Reason reason, Consumer<Attempt> change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void is_refused(String name, Reason reason, Consumer<Attempt> change) {
        SignedMessage message = attempt(change).sent();
        Future<ContentDigest> verified = verify(message, attempt(change).client);

        assertThat(verified.failed()).as("refused").isTrue();
        assertThat(verified.cause()).isInstanceOf(SignatureRefused.class);
        SignatureRefused why = (SignatureRefused) verified.cause();
        assertThat(why.reason()).as(why.detail()).isEqualTo(reason);
        assertThat(why.detail()).isNotEmpty().doesNotContain("=:");
        assertThat(used).as("a signature that does not verify notes nothing").isEmpty();
    }

    @Test
    void a_nonce_is_good_for_one_request_of_a_key_as_long_as_its_signature_could_be() {
        assertThat(verify(new Attempt()).succeeded()).isTrue();

        assertThat(reason(verify(new Attempt()))).isEqualTo(Reason.REPLAYED);
        assertThat(reason(verify(attempt(a -> a.parameters.put("created", Long.toString(NOW - 1))))))
                .isEqualTo(Reason.REPLAYED);
        assertThat(verify(attempt(a -> a.parameters.put("nonce", "\"nonce-0002\"")))
                        .succeeded())
                .isTrue();
        assertThat(verify(attempt(a -> {
                            a.signer = ED25519;
                            a.parameters.put("keyid", "\"sig_ed25519\"");
                        }))
                        .succeeded())
                .isTrue();
        // Until the signature is too old for a gateway whose clock is as far behind as may be.
        assertThat(used.get("sig_hmac nonce-0001")).isBetween(Duration.ofSeconds(330), Duration.ofSeconds(331));
        verify(attempt(a -> {
                    a.parameters.put("nonce", "\"nonce-0003\"");
                    a.parameters.put("expires", Long.toString(NOW + 10));
                }))
                .await();
        assertThat(used.get("sig_hmac nonce-0003")).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(41));
    }

    @Test
    void without_the_memory_of_nonces_nothing_is_accepted() {
        SeenNonces away = (key, nonce, validFor) -> Future.failedFuture(new LedgerFault.Unavailable("Redis is away"));

        assertThat(signatures("", away).verify(new Attempt().sent(), CLIENT).cause())
                .isInstanceOf(LedgerFault.Unavailable.class);
    }

    @Test
    void behind_a_proxy_the_settings_say_what_callers_sign() {
        RequestSignatures signatures = signatures("redeem.example", nonces);

        assertThat(signatures
                        .verify(attempt(a -> a.authority = "10.0.0.7:8080").sent(), CLIENT)
                        .succeeded())
                .isTrue();
        assertThat(reason(signatures.verify(
                        attempt(a -> a.signed.put("@authority", "test.example")).sent(), CLIENT)))
                .isEqualTo(Reason.SIGNATURE);
    }

    @Test
    void the_body_has_to_be_the_signed_one() {
        ContentDigest digest = verify(new Attempt()).result();
        assertThatCode(() -> digest.require(BODY.getBytes(UTF_8))).doesNotThrowAnyException();
        for (String other : List.of("", "{}", BODY + " ", BODY.replace("8", "9"))) {
            assertThatThrownBy(() -> digest.require(other.getBytes(UTF_8)))
                    .as(other)
                    .isInstanceOfSatisfying(
                            SignatureRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST));
        }
    }

    @Test
    void every_digest_that_is_known_has_to_match() {
        byte[] body = BODY.getBytes(UTF_8);
        String right = RequestSigner.digest(BODY);
        String wrong = RequestSigner.digest("{}");

        assertThatCode(() -> ContentDigest.of(right + ", md5=:AQID:").require(body))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ContentDigest.of(right + ", sha-512=:AQID:").require(body))
                .isInstanceOf(SignatureRefused.class);
        assertThatThrownBy(() -> ContentDigest.of(wrong).require(body)).isInstanceOf(SignatureRefused.class);
    }

    @Test
    void a_body_that_nothing_announced_needs_a_digest_too() {
        ContentDigest none = verify(attempt(a -> {
                    a.signed.remove("content-digest");
                    a.headers.remove("Content-Digest").remove("Content-Length");
                }))
                .result();

        assertThatCode(() -> none.require(new byte[0])).doesNotThrowAnyException();
        assertThatThrownBy(() -> none.require(BODY.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        SignatureRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.COMPONENTS));
    }

    @Test
    void a_caller_is_told_what_to_sign() {
        assertThat(RequestSignatures.acceptSignature(new Attempt().sent()))
                .isEqualTo("sig1=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\""
                        + " \"idempotency-key\");created");
    }

    private Future<ContentDigest> verify(Attempt attempt) {
        return verify(attempt.sent(), attempt.client);
    }

    private Future<ContentDigest> verify(SignedMessage message, String client) {
        return signatures("", nonces).verify(message, client);
    }

    private static RequestSignatures signatures(String authority, SeenNonces nonces) {
        SignaturesSettings standard = SignaturesSettings.defaults();
        return new RequestSignatures(
                new SignaturesSettings(standard.maxAge(), standard.maxAhead(), authority),
                RequestSignaturesTest::key,
                nonces,
                Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC));
    }

    private static Optional<VerifyingKey> key(String client, String id) {
        if (!client.equals(CLIENT)) {
            return Optional.empty();
        }
        return switch (id) {
            case "sig_hmac" ->
                Optional.of(key(id, SigningAlgorithm.HMAC_SHA256, new SecretKeySpec(SECRET, "HmacSHA256")));
            case "sig_ed25519" -> Optional.of(key(id, SigningAlgorithm.ED25519, PAIR.getPublic()));
            default -> Optional.empty();
        };
    }

    private static VerifyingKey key(String id, SigningAlgorithm algorithm, Key material) {
        return new VerifyingKey(
                new SigningKey(
                        id, CLIENT, "acme", SigningUse.REQUEST, algorithm, null, "test", Instant.EPOCH, null, null, 1),
                material);
    }

    private static Reason reason(Future<?> verified) {
        return ((SignatureRefused) verified.cause()).reason();
    }

    private static Arguments row(String name, Consumer<Attempt> change) {
        return Arguments.of(name, change);
    }

    private static Consumer<Attempt> onTheWay(String header, String value) {
        return attempt -> attempt.onTheWay = headers -> headers.set(header, value);
    }

    private static Consumer<Attempt> inInput(String from, String to) {
        return attempt -> attempt.onTheWay = headers ->
                headers.set("Signature-Input", headers.get("Signature-Input").replace(from, to));
    }

    private static String quoted(int length) {
        return '"' + "n".repeat(length) + '"';
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
