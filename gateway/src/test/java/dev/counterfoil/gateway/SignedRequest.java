package dev.counterfoil.gateway;

import dev.counterfoil.gateway.signatures.RequestSigner;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** A request to {@link TwoGateways} as its holder signed it. Whatever a test changes afterwards is not what was signed. */
final class SignedRequest {
    /** The host that callers send to. */
    static final String HOST = "redeem.example";

    private static final String ROOT = "/v1/programs/" + TwoGateways.PROGRAM;

    String method;
    String path;
    BodyPublisher body;
    final Map<String, String> headers = new LinkedHashMap<>();

    /** An API key, and what its holder signs with. */
    record Holder(String client, String apiKey, String keyId, RequestSigner signer) {}

    private SignedRequest(String method, String path, String body) {
        this.method = method;
        this.path = path;
        this.body = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
    }

    /** Signed now, under an idempotency key of its own where it is a POST. */
    static SignedRequest of(Holder holder, String method, String path, String body) {
        return of(holder, method, path, body, Instant.now().getEpochSecond());
    }

    /** The same, signed when it says. */
    static SignedRequest of(Holder holder, String method, String path, String body, long created) {
        return of(holder, method, path, body, created, UUID.randomUUID().toString());
    }

    /** A POST under that idempotency key, signed now: a retry, where it is the key of another. */
    static SignedRequest post(Holder holder, String path, String body, String idempotencyKey) {
        return of(holder, "POST", path, body, Instant.now().getEpochSecond(), idempotencyKey);
    }

    /** The same bytes once more. */
    SignedRequest copy(String sameBody) {
        SignedRequest copy = new SignedRequest(method, path, sameBody);
        copy.headers.putAll(headers);
        return copy;
    }

    private static SignedRequest of(
            Holder holder, String method, String path, String body, long created, String idempotencyKey) {
        SignedRequest request = new SignedRequest(method, path, body);
        Map<String, String> signed = new LinkedHashMap<>();
        int query = path.indexOf('?');
        signed.put("@method", method);
        signed.put("@authority", HOST);
        signed.put("@path", ROOT + (query < 0 ? path : path.substring(0, query)));
        signed.put("@query", query < 0 ? "?" : path.substring(query));
        if (!body.isEmpty()) {
            request.headers.put("Content-Type", "application/json");
            request.headers.put("Content-Digest", RequestSigner.digest(body));
            signed.put("content-digest", RequestSigner.digest(body));
        }
        if (method.equals("POST")) {
            request.headers.put("Idempotency-Key", idempotencyKey);
            signed.put("idempotency-key", idempotencyKey);
        }
        request.headers.put("Authorization", "Bearer " + holder.apiKey());
        String parameters =
                ";created=%d;keyid=\"%s\";nonce=\"%s\"".formatted(created, holder.keyId(), UUID.randomUUID());
        request.headers.put("Signature-Input", "shop=" + RequestSigner.input(signed, parameters));
        request.headers.put("Signature", "shop=" + holder.signer().signature(signed, parameters));
        return request;
    }
}
