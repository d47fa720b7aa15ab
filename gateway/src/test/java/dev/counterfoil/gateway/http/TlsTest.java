package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.rates.Rate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from PEM files: both versions of HTTP, old protocols refused, and a certificate that is swapped while it serves. */
class TlsTest {
    @TempDir
    private static Path folder;

    private static final SSLContext TRUSTING = trusting();
    private static SelfSigned first;
    private static SelfSigned second;
    private static Path certificate;
    private static Path key;
    private static BoundedEdge edge;

    @BeforeAll
    static void start() throws IOException {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        CompletableFuture<SelfSigned> other = CompletableFuture.supplyAsync(() -> made("second"));
        first = made("first");
        second = other.join();
        first.write(certificate, key);
        edge = BoundedEdge.of(
                BoundedEdge.settings(
                        EdgeBounds.defaults(),
                        Duration.ZERO,
                        Duration.ofSeconds(60),
                        new TlsSettings(certificate.toString(), key.toString())),
                Rate.OFF,
                BoundedEdge::fine);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void http_2_and_http_1_are_spoken_and_browsers_are_told_to_stay_with_tls() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpResponse<String> answer = get(client(version), "/health/ready");
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).hasValue("max-age=31536000");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        }
    }

    @Test
    void an_answer_to_head_has_the_length_of_a_body_and_none() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            for (String path : new String[] {"/health/ready", "/nothing"}) {
                HttpClient client = client(version);
                HttpResponse<String> got = get(client, path);
                HttpResponse<String> head = client.send(
                        HttpRequest.newBuilder(URI.create(url() + path))
                                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(head.version()).isEqualTo(version);
                assertThat(head.statusCode()).isEqualTo(got.statusCode());
                assertThat(head.body()).isEmpty();
                assertThat(head.headers().firstValue("Content-Length"))
                        .hasValue(Integer.toString(got.body().length()));
            }
        }
    }

    /** An amount that is not read would capture the whole hold. */
    @Test
    void an_optional_body_of_unknown_length_is_read_over_both_protocols() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpResponse<String> answer = client(version)
                    .send(
                            HttpRequest.newBuilder(URI.create(url() + "/v1/programs/demo/redemptions/x/capture"))
                                    .header("Authorization", "Bearer " + BoundedEdge.KEY)
                                    .header("Content-Type", "application/json")
                                    .header("Idempotency-Key", "k")
                                    .POST(HttpRequest.BodyPublishers.fromPublisher(
                                            HttpRequest.BodyPublishers.ofString("{\"amount\":300}")))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            assertThat(answer.body()).contains("\"amount\":300");
        }
    }

    @Test
    void a_refused_body_ends_its_stream_and_not_its_http_2_connection() throws Exception {
        HttpClient client = client(HttpClient.Version.HTTP_2);
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> refused = client.send(
                    HttpRequest.newBuilder(URI.create(url() + "/v1/programs/demo/redemptions"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[40_000]))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
        assertThat(edge.gauge("counterfoil.http.in.flight")).isZero();
    }

    @Test
    void old_protocols_and_plain_http_are_refused() throws Exception {
        // This JVM would not even try.
        String disabled = Security.getProperty("jdk.tls.disabledAlgorithms");
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        try {
            assertThatThrownBy(() -> handshake("TLSv1.1")).isInstanceOf(SSLException.class);
        } finally {
            Security.setProperty("jdk.tls.disabledAlgorithms", disabled);
        }
        assertThat(handshake("TLSv1.2")).isEqualTo("CN=first");
        String plain = RawHttp.exchange(edge.port(), "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(plain).doesNotContain("HTTP/1.1 200").doesNotContain("(no end)");
    }

    @Test
    void a_new_certificate_is_taken_without_a_restart_or_a_lost_answer_and_a_broken_pair_is_not() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        Thread load = new Thread(() -> {
            HttpClient kept = client(HttpClient.Version.HTTP_2);
            while (going.get()) {
                try {
                    boolean fresh = answered.get() % 5 == 0;
                    int status = get(fresh ? client(HttpClient.Version.HTTP_1_1) : kept, "/health/live")
                            .statusCode();
                    (status == 200 ? answered : lost).incrementAndGet();
                } catch (IOException | InterruptedException e) {
                    lost.incrementAndGet();
                }
            }
        });
        load.start();
        Files.writeString(key, second.key());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> edge.count("counterfoil.tls.reloads", "result", "refused") == 1);
        assertThat(handshake("TLSv1.3")).isEqualTo("CN=first");
        Files.writeString(certificate, second.certificate());
        await().atMost(Duration.ofSeconds(20)).until(() -> handshake("TLSv1.3").equals("CN=second"));
        assertThat(edge.count("counterfoil.tls.reloads", "result", "taken")).isEqualTo(1);
        assertThat(edge.gauge("counterfoil.tls.certificate.expiry"))
                .isGreaterThan(Instant.now().getEpochSecond());
        going.set(false);
        load.join();
        assertThat(lost).hasValue(0);
        assertThat(answered.get()).isPositive();
        first.write(certificate, key);
        await().atMost(Duration.ofSeconds(20)).until(() -> handshake("TLSv1.3").equals("CN=first"));
    }

    @Test
    void what_is_no_pair_is_one_line_and_starts_nothing() throws IOException {
        Path other = folder.resolve("other.key");
        Files.writeString(other, second.key());
        assertUnusable(folder.resolve("absent"), key, "http.tls.certificate: ");
        assertUnusable(key, key, "http.tls.certificate: not a certificate");
        assertUnusable(certificate, certificate, "http.tls.key: ");
        assertUnusable(certificate, other, "http.tls.key: the key of another certificate");
    }

    private static SelfSigned made(String name) {
        try {
            return SelfSigned.make(folder, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertUnusable(Path chain, Path keyFile, String message) {
        assertThatThrownBy(() -> {
                    TlsSettings settings = new TlsSettings(chain.toString(), keyFile.toString());
                    try (var vertx = new Closed()) {
                        TlsCertificate unused = TlsCertificate.of(vertx.vertx, TlsCertificate.Pem.read(settings));
                    }
                })
                .isInstanceOf(TlsCertificate.Unusable.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("(expected: ");
    }

    private static String handshake(String protocol) throws IOException {
        try (SSLSocket socket = (SSLSocket) TRUSTING.getSocketFactory().createSocket("127.0.0.1", edge.port())) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static String url() {
        return "https://localhost:" + edge.port();
    }

    private static HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).sslContext(TRUSTING).build();
    }

    private static HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The name is still compared: both certificates are made for localhost. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static final class Closed implements AutoCloseable {
        private final io.vertx.core.Vertx vertx = io.vertx.core.Vertx.vertx();

        @Override
        public void close() {
            vertx.close().await();
        }
    }
}
