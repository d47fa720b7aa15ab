package dev.counterfoil.gateway.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not done, as RFC 9457 shows it.
 *
 * @param detail a sentence for whoever debugs the call; holds no secret, account or code; empty: left out
 * @param retryable whether the same key may still post later
 * @param errors what is wrong with the request, by place
 * @param quota which limit was reached, with {@link ProblemCode#QUOTA_EXCEEDED}
 * @param challenge what has to be solved first, with {@link ProblemCode#CHALLENGE_REQUIRED}
 * @param headers sent with the answer, such as {@code Retry-After}
 * @param firstRequestId the request that was refused first, whose body a replay repeats; null: this one
 */
public record Problem(
        ProblemCode code,
        String detail,
        boolean retryable,
        List<FieldError> errors,
        @Nullable Quota quota,
        @Nullable Challenge challenge,
        Map<String, String> headers,
        @Nullable String firstRequestId) {

    /** What is wrong at one place: {@code pointer} is an RFC 6901 pointer into the body, or names a parameter or header. */
    public record FieldError(String pointer, String detail) {}

    /** A limit over a window: how much of it is used, and when it starts anew (null: never). */
    public record Quota(
            String name, long limit, long used, @Nullable Instant resetsAt) {}

    /** Work: a text is to be found such that the SHA-256 of {@code token:text} begins with that many zero bits. */
    public record Challenge(String token, int bits, Instant expiresAt) {}

    public Problem {
        errors = List.copyOf(errors);
        headers = Map.copyOf(headers);
    }

    public static Problem of(ProblemCode code) {
        return of(code, "");
    }

    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, code.retryable(), List.of(), null, null, Map.of(), null);
    }

    /** 400 for one place of the request. */
    public static Problem invalid(String pointer, String detail) {
        return invalid(List.of(new FieldError(pointer, detail)));
    }

    /** 400 for one or more places of the request. */
    public static Problem invalid(List<FieldError> errors) {
        return new Problem(
                ProblemCode.INVALID_REQUEST,
                "",
                ProblemCode.INVALID_REQUEST.retryable(),
                errors,
                null,
                null,
                Map.of(),
                null);
    }

    public static Problem quotaExceeded(Quota quota) {
        return new Problem(
                ProblemCode.QUOTA_EXCEEDED,
                "",
                ProblemCode.QUOTA_EXCEEDED.retryable(),
                List.of(),
                quota,
                null,
                Map.of(),
                null);
    }

    /** 401, which says how to do better. */
    public static Problem unauthenticated(String detail) {
        return of(ProblemCode.UNAUTHENTICATED, detail).withHeader("WWW-Authenticate", "Bearer realm=\"counterfoil\"");
    }

    /** 429 until {@code challenge} is solved. */
    public static Problem challengeRequired(Challenge challenge) {
        ProblemCode code = ProblemCode.CHALLENGE_REQUIRED;
        return new Problem(code, "", code.retryable(), List.of(), null, challenge, Map.of(), null).retryAfter(1);
    }

    public Problem withHeader(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Problem(code, detail, retryable, errors, quota, challenge, more, firstRequestId);
    }

    /** The same, naming places of the request. */
    public Problem at(List<FieldError> places) {
        return new Problem(code, detail, retryable, places, quota, challenge, headers, firstRequestId);
    }

    /** Final under its key, unlike what {@link ProblemCode#retryable()} says of the code in general. */
    public Problem pinned() {
        return new Problem(code, detail, false, errors, quota, challenge, headers, firstRequestId);
    }

    /** The same body as the request {@code first} got. */
    public Problem firstAnsweredTo(String first) {
        return new Problem(code, detail, retryable, errors, quota, challenge, headers, first);
    }

    /** 503 and 429: tells the caller how many seconds to wait. */
    public Problem retryAfter(long seconds) {
        return withHeader("Retry-After", Long.toString(seconds));
    }

    /** The body of the answer to the request {@code requestId}. */
    public JsonObject toJson(String requestId) {
        JsonObject json = new JsonObject()
                .put("type", "urn:counterfoil:problem:" + code.token())
                .put("title", code.title())
                .put("status", code.status())
                .put("code", code.token())
                .put("retryable", retryable)
                .put("request_id", firstRequestId == null ? requestId : firstRequestId);
        if (!detail.isEmpty()) {
            json.put("detail", detail);
        }
        if (!errors.isEmpty()) {
            JsonArray array = new JsonArray();
            errors.forEach(error ->
                    array.add(new JsonObject().put("pointer", error.pointer()).put("detail", error.detail())));
            json.put("errors", array);
        }
        if (quota != null) {
            json.put("quota", quotaJson(quota));
        }
        if (challenge != null) {
            json.put(
                    "challenge",
                    new JsonObject()
                            .put("token", challenge.token())
                            .put("bits", challenge.bits())
                            .put("expires_at", Timestamps.text(challenge.expiresAt())));
        }
        return json;
    }

    private static JsonObject quotaJson(Quota quota) {
        JsonObject json = new JsonObject()
                .put("name", quota.name())
                .put("limit", quota.limit())
                .put("used", quota.used());
        if (quota.resetsAt() != null) {
            json.put("resets_at", Timestamps.text(quota.resetsAt()));
        }
        return json;
    }
}
