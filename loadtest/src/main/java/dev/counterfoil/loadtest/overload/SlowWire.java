package dev.counterfoil.loadtest.overload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A port of this machine that leads to a server's, from which every answer comes so much later than it would. Thread-safe. */
final class SlowWire implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final int server;
    private final long delayNanos;
    private final ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());

    /** @param server a port of the loopback address */
    SlowWire(int server, Duration delay) throws IOException {
        this.server = server;
        this.delayNanos = delay.toNanos();
        thread("accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket upstream = new Socket();
                upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server));
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                BlockingQueue<Piece> underWay = new LinkedBlockingQueue<>();
                thread("requests", () -> requests(client, upstream));
                thread("answers", () -> answers(upstream, underWay));
                thread("late answers", () -> late(underWay, client));
            } catch (IOException e) {
                // Closed, or a client that is gone again.
            }
        }
    }

    private static void requests(Socket client, Socket upstream) {
        try (client;
                upstream) {
            long unused = client.getInputStream().transferTo(upstream.getOutputStream());
        } catch (IOException e) {
            // Either side is gone.
        }
    }

    private void answers(Socket upstream, BlockingQueue<Piece> underWay) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = upstream.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                underWay.add(new Piece(Arrays.copyOf(buffer, read), System.nanoTime() + delayNanos));
            }
        } catch (IOException e) {
            // The server is gone.
        }
        underWay.add(new Piece(new byte[0], System.nanoTime()));
    }

    private static void late(BlockingQueue<Piece> underWay, Socket client) {
        try (client) {
            OutputStream out = client.getOutputStream();
            for (Piece piece = underWay.take(); piece.bytes().length > 0; piece = underWay.take()) {
                TimeUnit.NANOSECONDS.sleep(piece.dueNanos() - System.nanoTime());
                out.write(piece.bytes());
            }
        } catch (IOException e) {
            // The client is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, "slow wire, " + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** Some bytes and when they arrive; none: the end. */
    private record Piece(byte[] bytes, long dueNanos) {}
}
