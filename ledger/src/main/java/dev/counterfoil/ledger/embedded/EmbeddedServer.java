package dev.counterfoil.ledger.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of a {@link DataDirectory}, as a process that ends with this JVM, even a killed one. It listens on the loopback address
 * and asks for a random password. Thread-safe.
 */
abstract sealed class EmbeddedServer implements AutoCloseable permits EmbeddedPostgresql, EmbeddedRedis {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedServer.class);
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    private static final Duration RECOVERY_PATIENCE = Duration.ofMinutes(10);
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private final String name;
    private final int port;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private TiedProcess process;

    /** A subclass calls {@link #start} at the end of its own constructor. */
    @SuppressWarnings("NullAway.Init")
    EmbeddedServer(String name, int wantedPort) {
        this.name = name;
        this.port = LoopbackPort.choose(name, wantedPort);
    }

    /** How far a start has come. */
    enum State {
        STARTING,
        /** It reads what an earlier run left, which may take long. */
        RECOVERING,
        READY
    }

    /**
     * A process that was started.
     *
     * @param logs where it says why it cannot start: in the first group of {@code complaint}, and in the first file that has one
     * @param folder of the logs, for people
     */
    record Started(TiedProcess process, List<ServerLog> logs, Pattern complaint, Path folder) {
        private String complaints() {
            return logs.stream()
                    .flatMap(file -> file.find(complaint).stream())
                    .findFirst()
                    .orElse("see " + folder);
        }
    }

    /** Starts the process, which need not serve yet. */
    abstract Started launch();

    abstract State state(TiedProcess started);

    final synchronized void start() {
        Started started = launch();
        try {
            awaitReady(started);
            started.process().serving(() -> lost.complete(name));
            process = started.process();
        } catch (RuntimeException e) {
            started.process().kill();
            throw e;
        }
    }

    private void awaitReady(Started started) {
        Patience patience = new Patience(START_PATIENCE);
        Patience sayNothing = new Patience(SILENCE);
        boolean recovering = false;
        while (true) {
            State state = state(started.process());
            if (state == State.READY) {
                return;
            }
            if (!started.process().isAlive()) {
                throw new EmbeddedServerException(name + " did not start: " + started.complaints());
            }
            if (state == State.RECOVERING && !recovering && sayNothing.isOver()) {
                log.info("{} is reading its log", name);
                recovering = true;
                patience = new Patience(RECOVERY_PATIENCE);
            }
            if (!patience.pause()) {
                throw new EmbeddedServerException(
                        name + " was not ready after " + patience.total().toSeconds() + " s; see " + started.folder());
            }
        }
    }

    public final int port() {
        return port;
    }

    /** The process id of the server, of several processes that of the first. */
    public final synchronized long pid() {
        return process.pid();
    }

    public final synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with its name when it ends although nobody here stopped or killed it. */
    final CompletableFuture<String> lost() {
        return lost;
    }

    /** Stops it in order, by force where that takes too long. */
    @Override
    public final synchronized void close() {
        process.stop();
    }

    /** Kills it as a crash would; {@link #restart} brings it back. For tests. */
    public final synchronized void kill() {
        process.kill();
    }

    /** Makes it hang: connections stay open and get no answer, until {@link #resume}. For tests. */
    public final synchronized void pause() {
        process.pause();
    }

    /** Ends {@link #pause}. For tests. */
    public final synchronized void resume() {
        process.resume();
    }

    /** Stops it if it runs and starts it again with the same data, port and passwords. For tests. */
    public final synchronized void restart() {
        process.stop();
        start();
    }
}
