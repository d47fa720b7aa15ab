package dev.counterfoil.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;

/**
 * {@code GET /docs}: a page that shows the contract and sends requests to this gateway; {@code GET /docs/{file}}: the few files
 * that it is made of. They are held in memory, so that no path of a request ever reaches a file system, and each is named with a
 * digest of its content, so that browsers keep it until it changes. The page may load and call nothing but this gateway.
 */
final class TryItPage {
    private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
    private static final String WEBJAR_PROPERTIES = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String OURS = "/docs/";

    /** Styles that a script sets are no inline styles; the icons of the style sheet are {@code data:} images. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND));

    private final Map<String, Answer> files = new HashMap<>();
    private final Answer page;

    TryItPage() {
        String webjar = WEBJAR + webjarVersion() + "/";
        String html = new String(resource(OURS + "index.html"), StandardCharsets.UTF_8);
        html = add(html, "swagger-ui.css", webjar, "text/css; charset=utf-8");
        html = add(html, "swagger-ui-bundle.js", webjar, "text/javascript; charset=utf-8");
        html = add(html, "start.js", OURS, "text/javascript; charset=utf-8");
        page = guarded("text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8), "no-cache");
    }

    Future<Answer> page(Call call) {
        return Future.succeededFuture(page);
    }

    Future<Answer> file(Call call) {
        return Future.succeededFuture(files.getOrDefault(call.path("file"), NOT_FOUND));
    }

    /** The page, with the file's digest behind its name. */
    private String add(String html, String name, String folder, String contentType) {
        byte[] content = resource(folder + name);
        files.put(name, guarded(contentType, content, FOR_EVER));
        return html.replace(OURS + name + "\"", OURS + name + "?v=" + digest(content) + "\"");
    }

    private static Answer guarded(String contentType, byte[] content, String cache) {
        return Answer.of(200, contentType, Buffer.buffer(content))
                .withHeader("Cache-Control", cache)
                .withHeader("Content-Security-Policy", POLICY)
                .withHeader("X-Content-Type-Options", "nosniff")
                .withHeader("Referrer-Policy", "no-referrer");
    }

    private static String webjarVersion() {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(resource(WEBJAR_PROPERTIES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "");
    }

    private static byte[] resource(String name) {
        try (InputStream in = TryItPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] content) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(sha256, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
