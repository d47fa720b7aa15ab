package dev.counterfoil.loadtest.openloop;

import dev.counterfoil.loadtest.openloop.Answered.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * Sends requests over connections that are open before. In the open phases a request goes when it is due, whatever became of those
 * before it, and its time counts from when it was due: what waits here is not left out of the figures. One thread.
 */
public final class Generator implements AutoCloseable {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);

    private final Selector selector = Selector.open();
    private final Deque<Exchange> idle = new ArrayDeque<>();
    private final InetSocketAddress gateway;
    private final LongFunction<byte[]> requests;
    private long sent;
    private int underWay;

    /** @param requests the n-th request, from 1 */
    public Generator(InetSocketAddress gateway, int connections, LongFunction<byte[]> requests) throws IOException {
        this.gateway = gateway;
        this.requests = requests;
        for (int i = 0; i < connections; i++) {
            idle.add(new Exchange(selector, gateway));
        }
    }

    /** {@code clients} that each wait for their answer before they ask again. */
    public Answered closed(int clients, Duration lasting) throws IOException {
        Answered answered = new Answered();
        long end = System.nanoTime() + lasting.toNanos();
        while (System.nanoTime() < end) {
            long now = System.nanoTime();
            while (underWay < clients) {
                send(now);
            }
            receive(answered, 5);
        }
        finish(answered);
        return answered;
    }

    /** {@code rate} requests a second, evenly. */
    public Answered open(double rate, Duration lasting) throws IOException {
        return open(rate, lasting, () -> false);
    }

    /** Likewise, but no more once it is {@code over}. */
    public Answered open(double rate, Duration atMost, BooleanSupplier over) throws IOException {
        Answered answered = new Answered();
        long begin = System.nanoTime();
        long all = (long) (rate * atMost.toMillis() / 1_000);
        long next = 0;
        while (next < all && !over.getAsBoolean()) {
            long now = System.nanoTime();
            for (long due = due(begin, next, rate); next < all && due <= now; due = due(begin, next, rate)) {
                if (idle.isEmpty()) {
                    answered.add(Kind.NOT_SENT, 0);
                } else {
                    send(due);
                }
                next++;
            }
            receive(answered, 1);
        }
        finish(answered);
        return answered;
    }

    private static long due(long begin, long n, double rate) {
        return begin + (long) (n * 1e9 / rate);
    }

    private void send(long sinceNanos) throws IOException {
        Exchange exchange = idle.removeFirst();
        exchange.begin(requests.apply(++sent), sinceNanos);
        underWay++;
    }

    private void receive(Answered answered, long millis) throws IOException {
        int unused = selector.select(millis);
        for (SelectionKey key : selector.selectedKeys()) {
            Exchange exchange = (Exchange) key.attachment();
            Kind kind = exchange.go();
            if (kind != null) {
                underWay--;
                answered.add(kind, System.nanoTime() - exchange.sinceNanos());
                idle.addLast(exchange.isOpen() ? exchange : new Exchange(selector, gateway));
            }
        }
        selector.selectedKeys().clear();
    }

    private void finish(Answered answered) throws IOException {
        long end = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (underWay > 0 && System.nanoTime() < end) {
            receive(answered, 10);
        }
        if (underWay > 0) {
            throw new IOException(underWay + " requests without an answer after " + LAST_ANSWERS.toSeconds() + " s");
        }
    }

    @Override
    public void close() throws IOException {
        for (Exchange exchange : idle) {
            exchange.close();
        }
        selector.close();
    }
}
