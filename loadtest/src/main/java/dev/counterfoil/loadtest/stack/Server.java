package dev.counterfoil.loadtest.stack;

import java.io.IOException;
import java.time.Duration;

/** A server of the installation: Redis or PostgreSQL. One thread at a time. */
public abstract class Server {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final String name;
    private Child process;

    /** Starts it and waits until it serves. */
    Server(String name, Child process) {
        this.name = name;
        this.process = process;
    }

    /** Starts the process anew, with the same data and port; does not wait. */
    abstract Child launch() throws IOException;

    /** Whether it answers. */
    abstract boolean answers();

    public Child process() {
        return process;
    }

    /** Brings a dead one back. */
    public void restart() throws IOException, InterruptedException {
        process = launch();
        awaitReady();
    }

    public void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!answers()) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended while it started; see its log");
            }
            if (System.nanoTime() >= deadline) {
                throw new IOException(name + " was not ready after " + READY_WITHIN.toSeconds() + " s; see its log");
            }
            Thread.sleep(20);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
