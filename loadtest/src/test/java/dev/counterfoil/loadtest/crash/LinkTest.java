package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.loadtest.crash.Link.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that answers every byte with the next one, behind a link. */
class LinkTest {
    private static final int SOON_MS = 5_000;
    private static final int A_MOMENT_MS = 200;

    private final BlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();
    private ServerSocket server;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        link = Link.to(server.getLocalPort());
        Thread serving = new Thread(this::serve, "server");
        serving.setDaemon(true);
        serving.start();
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        server.close();
    }

    @Test
    void an_open_link_lets_requests_and_answers_through() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write(7);

            assertThat(client.getInputStream().read()).isEqualTo(8);
            assertThat(link.hindered()).isZero();
        }
    }

    @Test
    void a_cut_resets_what_is_there_and_what_comes_until_it_is_mended() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write(7);
            assertThat(client.getInputStream().read()).isEqualTo(8);

            link.set(State.CUT);

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            assertThat(link.hindered()).isPositive();
        }
        assertThatThrownBy(() -> {
                    try (Socket late = connect()) {
                        late.getOutputStream().write(7);
                        if (late.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    }
                })
                .isInstanceOf(IOException.class);
        link.set(State.OPEN);
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void what_is_sent_into_silence_arrives_afterwards() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(2);
            arrived.clear();

            link.set(State.SILENT);
            client.getOutputStream().write(7);
            assertThat(arrived.poll(A_MOMENT_MS, TimeUnit.MILLISECONDS)).isNull();
            link.set(State.OPEN);

            assertThat(client.getInputStream().read()).isEqualTo(8);
            assertThat(link.hindered()).isPositive();
        }
    }

    @Test
    void lost_answers_are_lost_although_the_request_arrived() throws Exception {
        try (Socket client = connect()) {
            link.set(State.DEAF);
            client.getOutputStream().write(7);
            assertThat(arrived.poll(SOON_MS, TimeUnit.MILLISECONDS)).isEqualTo(7);
            client.setSoTimeout(A_MOMENT_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            link.set(State.OPEN);

            client.setSoTimeout(SOON_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), link.port());
        client.setSoTimeout(SOON_MS);
        return client;
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread answering = new Thread(() -> answer(client), "answers");
                answering.setDaemon(true);
                answering.start();
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            for (int read = client.getInputStream().read();
                    read >= 0;
                    read = client.getInputStream().read()) {
                arrived.add(read);
                client.getOutputStream().write(read + 1);
            }
        } catch (IOException e) {
            // Reset.
        }
    }
}
