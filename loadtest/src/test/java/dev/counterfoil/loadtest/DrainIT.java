package dev.counterfoil.loadtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.stack.Child;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The program itself, asked to stop by a signal while requests are under way. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DrainIT {
    private static final int REQUESTS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** 128 + SIGTERM, as of any process that ends by that signal. */
    private static final int TERMINATED = 143;

    @RegisterExtension
    static final EmbeddedGateway GATEWAY = new EmbeddedGateway();

    private final String run = UUID.randomUUID().toString();

    @Test
    void on_sigterm_it_is_not_ready_finishes_what_it_began_closes_its_connections_and_ends() throws Exception {
        Target target = Target.demo(GATEWAY.data()).at(GATEWAY.gateway().url());
        IssuerApi issuer = new IssuerApi(target, run);
        issuer.putItem(
                "drain", "{\"name\":\"Drain\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}]}");
        issuer.stock("drain", REQUESTS);
        String body = "{\"secret\":\"" + issuer.makeCards("gift-1000", 1).get(0) + "\",\"item\":\"drain\"}";
        Child process = GATEWAY.gateway().process();
        long begunAt = Files.size(GATEWAY.log());
        List<Socket> begun = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        try (Socket idle = connect(target)) {
            assertThat(answer(idle, get("/health/ready"))).startsWith("HTTP/1.1 200");
            for (int i = 0; i < REQUESTS; i++) {
                Socket socket = connect(target);
                begun.add(socket);
                send(socket, head(target, body, i) + body.substring(0, body.length() - 1));
            }
            await(() -> once(target, "/metrics").contains("counterfoil_http_in_flight " + (REQUESTS + 1) + ".0"));

            process.terminate();

            await(() -> once(target, "/health/ready").startsWith("HTTP/1.1 503"));
            assertThat(once(target, "/health/live"))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("connection: close");
            // Half of them end while it still takes requests, the others when it takes none any more.
            for (int i = 0; i < REQUESTS; i++) {
                if (i == REQUESTS / 2) {
                    await(() -> refuses(target));
                }
                answers.add(answer(begun.get(i), "}"));
            }
            for (Socket socket : begun) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket socket : begun) {
                socket.close();
            }
        }
        assertThat(answers).allSatisfy(answer -> assertThat(answer).startsWith("HTTP/1.1 201"));
        assertThat(process.endsWithin(PATIENCE)).isTrue();
        assertThat(process.exitCode()).isEqualTo(TERMINATED);
        assertThat(Files.readString(GATEWAY.log()).substring((int) begunAt))
                .contains("stopping", "stopped")
                .doesNotContain("ERROR");

        GATEWAY.gateway().restart();
        GATEWAY.gateway().awaitReady();
        for (int i = 0; i < REQUESTS; i++) {
            try (Socket socket = connect(target)) {
                assertThat(answer(socket, head(target, body, i) + body))
                        .startsWith("HTTP/1.1 201")
                        .containsIgnoringCase("idempotency-replayed: true");
            }
        }
    }

    private static Socket connect(Target target) throws IOException {
        URI url = URI.create(target.url());
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static boolean refuses(Target target) throws IOException {
        try (Socket socket = connect(target)) {
            return !socket.isConnected();
        } catch (ConnectException refused) {
            return true;
        }
    }

    private String head(Target target, String body, int request) {
        return "POST /v1/programs/" + target.program()
                + "/redemptions HTTP/1.1\r\nHost: drain\r\nAuthorization: Bearer "
                + target.secretKey() + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + run + "-" + request
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: drain\r\n\r\n";
    }

    private static String once(Target target, String path) throws IOException {
        try (Socket socket = connect(target)) {
            return answer(socket, get(path));
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** Sends the rest of a request and reads its answer, which has a length. */
    private static String answer(Socket socket, String rest) throws IOException {
        send(socket, rest);
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.indexOf("\r\n\r\n") >= 0) {
                String length = head.toString().replaceFirst("(?is).*\r\ncontent-length: (\\d+)\r\n.*", "$1");
                return head + new String(in.readNBytes(Integer.parseInt(length)), US_ASCII);
            }
        }
        return head.toString();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited for too long").isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
