package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.rates.Rate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPortTest {
    private static HttpSettings settings(int metricsPort) {
        return new HttpSettings(
                0,
                "127.0.0.1",
                2,
                65_536,
                Duration.ofSeconds(60),
                Duration.ofSeconds(3),
                Duration.ZERO,
                List.of(),
                true,
                metricsPort,
                "127.0.0.1",
                TlsSettings.defaults(),
                EdgeBounds.defaults());
    }

    private static String get(int port, String path) throws IOException {
        return RawHttp.exchange(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

    @Test
    void metrics_have_a_port_of_their_own_and_health_is_on_both() throws IOException {
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        try (BoundedEdge edge = BoundedEdge.of(settings(free), Rate.OFF, BoundedEdge::fine)) {
            assertThat(get(edge.port(), "/metrics")).startsWith("HTTP/1.1 404");
            assertThat(get(free, "/metrics")).startsWith("HTTP/1.1 200").contains("counterfoil_http_in_flight ");
            assertThat(get(free, "/v1/programs")).startsWith("HTTP/1.1 404");
            for (int port : new int[] {edge.port(), free}) {
                assertThat(get(port, "/health/ready")).startsWith("HTTP/1.1 200");
            }
        }
        assertThatThrownBy(() -> get(free, "/health/live")).isInstanceOf(IOException.class);
    }

    @Test
    void a_metrics_port_that_is_taken_is_one_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> HttpEdge.requireFreePort(settings(taken.getLocalPort())))
                    .isInstanceOf(HttpEdge.PortInUse.class)
                    .hasMessageStartingWith("http.metrics-port: " + taken.getLocalPort() + " on 127.0.0.1 cannot be");
        }
    }
}
