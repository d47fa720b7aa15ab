package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.gateway.settings.SettingsException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private static final String HOST = "127.0.0.1";

    @Test
    void it_shows_the_numbers_and_nothing_else_and_only_until_it_is_closed() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Metrics metrics = new Metrics();
                MetricsServer shown = MetricsServer.start(HOST, port, metrics)) {
            metrics.registry().counter("counterfoil.test").increment(3);
            HttpResponse<String> scraped = send("GET", port, "/metrics");
            assertThat(scraped.statusCode()).isEqualTo(200);
            assertThat(scraped.headers().firstValue("Content-Type")).contains(Metrics.TEXT);
            assertThat(scraped.body()).contains("counterfoil_test_total 3.0", "jvm_memory_used_bytes");
            assertThat(send("GET", port, "/v1/programs").statusCode()).isEqualTo(404);
            assertThat(send("POST", port, "/metrics").statusCode()).isEqualTo(405);
            assertThat(shown).isNotNull();
        }
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void a_port_that_is_taken_is_named_in_one_line() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST));
                Metrics metrics = new Metrics()) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> MetricsServer.start(HOST, port, metrics).close())
                    .isInstanceOf(SettingsException.class)
                    .hasMessageStartingWith("--metrics-port: " + port + " on 127.0.0.1 cannot be listened on: ");
        }
    }

    private static HttpResponse<String> send(String method, int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
