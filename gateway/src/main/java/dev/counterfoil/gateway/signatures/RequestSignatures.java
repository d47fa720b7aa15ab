package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.settings.SignaturesSettings;
import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import dev.counterfoil.ledger.access.VerifyingKey;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Verifies requests: one signature of each, the first that names a valid signing key of the client. Cheap checks come first, each with
 * a reason of its own; the nonce, which costs a round trip, comes last and is remembered only of a signature that verifies. Thread-safe.
 */
public final class RequestSignatures {
    private static final String INPUT = "signature-input";
    private static final String SIGNATURE = "signature";
    private static final CharSequence INPUT_FIELD = HttpHeaders.createOptimized(INPUT);
    private static final CharSequence SIGNATURE_FIELD = HttpHeaders.createOptimized(SIGNATURE);

    private final SignaturesSettings settings;
    private final BiFunction<String, String, Optional<VerifyingKey>> keys;
    private final SeenNonces nonces;
    private final Clock clock;

    /** @param keys the valid signing key for requests of a client, by both their ids; must not block */
    public RequestSignatures(
            SignaturesSettings settings,
            BiFunction<String, String, Optional<VerifyingKey>> keys,
            SeenNonces nonces,
            Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.nonces = nonces;
        this.clock = clock;
    }

    /** Whether a request has anything of a signature; then it is verified, also where its key does not ask for one. */
    public static boolean isSigned(MultiMap headers) {
        return headers.contains(INPUT_FIELD) || headers.contains(SIGNATURE_FIELD);
    }

    /** Why a request without signature is refused. */
    public static SignatureRefused unsigned() {
        return new SignatureRefused(
                Reason.UNSIGNED, "the key is for signed requests only: Signature-Input and Signature are missing");
    }

    /** The field {@code Accept-Signature} for a request that was refused. */
    public static String acceptSignature(SignedMessage message) {
        return CoveredComponents.acceptSignature(message);
    }

    /**
     * Verifies all but the body, which has to be held to the result before it is used. Fails with {@link SignatureRefused}, or with
     * {@code LedgerFault.Unavailable} when it cannot be told whether the nonce was used.
     */
    public Future<ContentDigest> verify(SignedMessage received, String client) {
        Verified verified;
        try {
            verified = verified(message(received), client);
        } catch (SignatureRefused e) {
            return Future.failedFuture(e);
        }
        return nonces.firstUse(verified.keyId(), verified.nonce(), verified.usableFor())
                .compose(first -> first
                        ? Future.succeededFuture(verified.digest())
                        : Future.failedFuture(new SignatureRefused(
                                Reason.REPLAYED,
                                "Signature-Input: the nonce was used before (a retry is signed anew)")));
    }

    /** The request as its signer saw it: of the authority that the settings name, if they do. */
    private SignedMessage message(SignedMessage received) {
        return settings.authority().isEmpty()
                ? received
                : new SignedMessage(received.method(), settings.authority(), received.target(), received.headers());
    }

    /** @param usableFor how long any gateway may still accept the same signature */
    private record Verified(String keyId, String nonce, Duration usableFor, ContentDigest digest) {}

    private Verified verified(SignedMessage message, String client) {
        Signed signed = chosen(message, client);
        Map<String, Object> given = signed.input().parameters();
        List<String> components = CoveredComponents.of(signed.input(), message);
        SignatureParameters parameters =
                SignatureParameters.of(given, signed.key().key().algorithm());
        Duration usableFor = usableFor(parameters);
        byte[] signature = signature(message, signed.label());
        ContentDigest digest = components.contains(ContentDigest.FIELD)
                ? ContentDigest.of(message.component(ContentDigest.FIELD))
                : ContentDigest.NO_BODY;
        byte[] base = SignatureBase.of(message, components, SignatureParameters.serialised(components, given));
        if (!SignatureCheck.verifies(signed.key(), base, signature)) {
            throw new SignatureRefused(
                    Reason.SIGNATURE, "Signature: it is not one of this request by this signing key");
        }
        return new Verified(signed.key().key().id(), parameters.nonce(), usableFor, digest);
    }

    private record Signed(String label, InnerList input, VerifyingKey key) {}

    private Signed chosen(SignedMessage message, String client) {
        String field = message.field(INPUT);
        if (field == null) {
            throw new SignatureRefused(Reason.MALFORMED, "Signature-Input is missing");
        }
        for (Map.Entry<String, InnerList> member :
                SignatureFields.innerLists("Signature-Input", field).entrySet()) {
            if (member.getValue().parameters().get(SignatureParameters.KEY_ID) instanceof String id) {
                Optional<VerifyingKey> key = keys.apply(client, id);
                if (key.isPresent()) {
                    return new Signed(member.getKey(), member.getValue(), key.get());
                }
            }
        }
        throw new SignatureRefused(
                Reason.UNKNOWN_KEY,
                "Signature-Input: no keyid is a valid signing key for requests of the API key's client");
    }

    private Duration usableFor(SignatureParameters parameters) {
        long nowMs = clock.millis();
        long createdMs = parameters.createdSeconds() * 1_000;
        long untilMs = createdMs + settings.maxAge().toMillis();
        if (createdMs > nowMs + settings.maxAhead().toMillis()) {
            throw new SignatureRefused(Reason.TIME, "Signature-Input: created is in the future");
        }
        if (nowMs > untilMs) {
            throw new SignatureRefused(
                    Reason.TIME,
                    "Signature-Input: created is too long ago (expected: at most "
                            + settings.maxAge().toSeconds() + " s)");
        }
        Long expires = parameters.expiresSeconds();
        if (expires != null && nowMs >= expires * 1_000) {
            throw new SignatureRefused(Reason.TIME, "Signature-Input: expired");
        }
        long lastMs = expires == null ? untilMs : Math.min(untilMs, expires * 1_000);
        // Another gateway's clock may be behind by as much as a signer's may be ahead.
        return Duration.ofMillis(lastMs - nowMs + 1).plus(settings.maxAhead());
    }

    private static byte[] signature(SignedMessage message, String label) {
        String field = message.field(SIGNATURE);
        byte[] signature = field == null
                ? null
                : SignatureFields.byteSequences("Signature", field).get(label);
        if (signature == null) {
            throw new SignatureRefused(Reason.MALFORMED, "Signature: none has the label of Signature-Input");
        }
        return signature;
    }
}
