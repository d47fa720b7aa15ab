package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What of a request can be signed.
 *
 * @param authority host and port that the caller sent it to; null: it named none
 * @param target the request target as it came: path, and query where there is one
 */
public record SignedMessage(String method, @Nullable String authority, String target, MultiMap headers) {
    /** Whether the header announces a body. A body may come without (HTTP/2), so the digest is asked for again once it was read. */
    boolean announcesBody() {
        String length = headers.get("content-length");
        return headers.contains("transfer-encoding") || (length != null && !length.equals("0"));
    }

    /** All lines of a field as one (RFC 9421, 2.1); null without any. */
    @Nullable
    String field(String name) {
        List<String> lines = headers.getAll(name);
        return lines.isEmpty() ? null : lines.stream().map(String::strip).collect(Collectors.joining(", "));
    }

    /**
     * The value of a component without parameters (RFC 9421, 2.1 and 2.2).
     *
     * @throws SignatureRefused where the request has no such component, or this gateway cannot tell it
     */
    String component(String name) {
        return switch (name) {
            case "@method" -> method;
            case "@authority" -> host();
            case "@path" -> path();
            case "@query" -> query();
            default -> other(name);
        };
    }

    private String other(String name) {
        if (name.startsWith("@")) {
            throw new SignatureRefused(
                    Reason.COMPONENTS,
                    "\"" + name
                            + "\" cannot be verified here (expected: @method, @authority, @path, @query and header fields)");
        }
        String value = field(name);
        if (value == null) {
            throw new SignatureRefused(
                    Reason.COMPONENTS, "\"" + name + "\" is covered, and the request has no such header");
        }
        return value;
    }

    /** In lower case and without a default port. Whether TLS ended before this gateway, it cannot tell: both ports are. */
    private String host() {
        if (authority == null) {
            throw new SignatureRefused(Reason.COMPONENTS, "\"@authority\" is covered, and the request names no host");
        }
        return authority.toLowerCase(Locale.ROOT).replaceFirst(":(443|80)$", "");
    }

    private String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private String query() {
        int query = target.indexOf('?');
        return query < 0 ? "?" : target.substring(query);
    }
}
