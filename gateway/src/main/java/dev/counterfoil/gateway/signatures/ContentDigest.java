package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a signature says about the body: the digests of {@code Content-Digest} (RFC 9530) where that is covered, else that there is none. */
public final class ContentDigest {
    /** Of a request that is not signed: any body will do. */
    public static final ContentDigest UNSIGNED = new ContentDigest(null);

    /** Of a signature that covers no digest: only an empty body will do. */
    static final ContentDigest NO_BODY = new ContentDigest(Map.of());

    static final String FIELD = "content-digest";

    private static final Map<String, String> ALGORITHMS = Map.of("sha-256", "SHA-256", "sha-512", "SHA-512");

    /** By the JDK's names; null: unsigned. */
    private final @Nullable Map<String, byte[]> digests;

    private ContentDigest(@Nullable Map<String, byte[]> digests) {
        this.digests = digests;
    }

    /** @throws SignatureRefused where it cannot be read or has no digest that is known here */
    static ContentDigest of(String field) {
        Map<String, byte[]> known = new LinkedHashMap<>();
        SignatureFields.byteSequences("Content-Digest", field).forEach((name, digest) -> {
            String algorithm = ALGORITHMS.get(name);
            if (algorithm != null) {
                known.put(algorithm, digest);
            }
        });
        if (known.isEmpty()) {
            throw new SignatureRefused(Reason.MALFORMED, "Content-Digest: expected sha-256 or sha-512");
        }
        return new ContentDigest(known);
    }

    /**
     * The body as it was received, before anything of it was used.
     *
     * @throws SignatureRefused where it is not the one that was signed
     */
    public void require(byte[] body) {
        if (digests == null) {
            return;
        }
        if (digests.isEmpty() && body.length > 0) {
            throw new SignatureRefused(
                    Reason.COMPONENTS, "\"" + FIELD + "\" is not covered, and the request has a body");
        }
        digests.forEach((algorithm, digest) -> {
            if (!MessageDigest.isEqual(digest(algorithm, body), digest)) {
                throw new SignatureRefused(
                        Reason.DIGEST, "Content-Digest: the body is another than the one that was signed");
            }
        });
    }

    private static byte[] digest(String algorithm, byte[] body) {
        try {
            return MessageDigest.getInstance(algorithm).digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
