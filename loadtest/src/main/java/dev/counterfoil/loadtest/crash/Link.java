package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.stack.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network that can be cut: what connects to its port is connected to a server's. In a state other than {@code OPEN} it
 * does to every connection, those that are there and those that come, what a broken network would.
 */
final class Link implements AutoCloseable {
    /** What becomes of bytes on the way. */
    enum State {
        OPEN,
        /** Connections are reset, new ones at once. */
        CUT,
        /** Nothing gets through either way; what was sent arrives when the link is open again. */
        SILENT,
        /** Requests get through, answers do not: they are lost, with their connections, when the link is open again. */
        DEAF
    }

    private static final int CONNECT_TIMEOUT_MS = 2_000;
    private static final int BACKLOG = 256;

    private final int server;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Object changed = new Object();
    private volatile State state = State.OPEN;
    private volatile long hindered;

    private Link(int server, ServerSocket listener) {
        this.server = server;
        this.listener = listener;
    }

    /** An open link to {@code server}, a port of the loopback address. */
    static Link to(int server) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.choose()), BACKLOG);
        Link link = new Link(server, listener);
        daemon("link-" + link.port(), link::accept);
        return link;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections were reset and how many messages were held back or lost since the link was made. */
    long hindered() {
        return hindered;
    }

    void set(State next) {
        if (state == State.DEAF) {
            resetAll();
        }
        synchronized (changed) {
            state = next;
            changed.notifyAll();
        }
        if (next == State.CUT) {
            resetAll();
        }
    }

    private void resetAll() {
        connections.forEach(connection -> {
            hinder();
            connection.reset();
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
        set(State.CUT);
    }

    private void hinder() {
        synchronized (changed) {
            hindered++;
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon("link-" + port() + "-connect", () -> connect(client));
            } catch (IOException e) {
                // Closed, or a client that is gone again.
            }
        }
    }

    private void connect(Socket client) {
        Socket upstream = new Socket();
        Connection connection = new Connection(client, upstream);
        connections.add(connection);
        try {
            client.setTcpNoDelay(true);
            if (state == State.CUT) {
                throw new IOException("cut");
            }
            upstream.setTcpNoDelay(true);
            upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server), CONNECT_TIMEOUT_MS);
            daemon("link-" + port() + "-answers", () -> pump(connection, upstream, client, true));
            pump(connection, client, upstream, false);
        } catch (IOException e) {
            hinder();
            connection.reset();
        }
    }

    private void pump(Connection connection, Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitPassage(answers);
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // Either side is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.reset();
    }

    private void awaitPassage(boolean answers) throws InterruptedException {
        synchronized (changed) {
            while (state == State.SILENT || (state == State.DEAF && answers)) {
                hindered++;
                changed.wait();
            }
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Compared by identity: sockets have no other. */
    private final class Connection {
        private final Socket client;
        private final Socket upstream;

        Connection(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void reset() {
            connections.remove(this);
            reset(client);
            reset(upstream);
        }

        private void reset(Socket socket) {
            try {
                // No linger: the other side sees a reset, not an orderly end.
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // Closed already.
            }
            try {
                socket.close();
            } catch (IOException e) {
                // Closed already.
            }
        }
    }
}
