package dev.counterfoil.ledger.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server process that ends with this JVM, even when the JVM is killed.
 *
 * <p>Between the two stands a small shell (tied-process.sh) that reads a pipe from the JVM: end of file, for whatever
 * reason, makes it stop the server. It runs in a session of its own, so a Ctrl-C meant for the JVM does not reach the
 * server before the JVM has finished with it.
 */
final class TiedProcess {
    private static final Logger log = LoggerFactory.getLogger(TiedProcess.class);
    private static final String SCRIPT = script();
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    /**
     * What to run.
     *
     * @param name as it appears in log lines
     * @param command the server; one argument is {@code mark}
     * @param mark an argument that only this server on this data folder has: how an orphan is recognised
     * @param pidFile where its process id is kept for the next start
     * @param output receives what it prints, from empty
     * @param log where it writes of itself while it runs
     * @param stopSignal makes it finish in order, as {@code kill -s} names it
     * @param grace from that signal until SIGKILL
     */
    record Launch(
            String name,
            List<String> command,
            String mark,
            Path pidFile,
            Path output,
            Path log,
            String stopSignal,
            Duration grace) {
        Launch {
            command = List.copyOf(command);
        }
    }

    private final Launch launch;
    private final Process shell;
    private final ProcessHandle server;
    private volatile boolean serving;

    private TiedProcess(Launch launch, Process shell, ProcessHandle server) {
        this.launch = launch;
        this.shell = shell;
        this.server = server;
    }

    /** Starts the server, after an orphan of an earlier run has gone. Does not wait for it to be ready. */
    static TiedProcess start(Launch launch) {
        endOrphan(launch);
        List<String> command = new ArrayList<>();
        Platform.onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        command.addAll(List.of("/bin/sh", "-c", SCRIPT, "tied-process"));
        command.addAll(List.of(
                launch.pidFile().toString(),
                launch.stopSignal(),
                Long.toString(launch.grace().toSeconds()),
                launch.output().toString()));
        command.addAll(launch.command());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.DISCARD);
        // PGDATA, PGPORT and their like would be taken for settings.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        try {
            Process shell = builder.start();
            long pid = readPid(shell);
            // A server that failed at once has left no handle; its shell stands in for it.
            return new TiedProcess(launch, shell, ProcessHandle.of(pid).orElseGet(shell::toHandle));
        } catch (IOException e) {
            throw new EmbeddedServerException(launch.name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    long pid() {
        return server.pid();
    }

    /** To be told once it is ready: from here on an end that nobody asked for is logged, and {@code lost} is run. */
    void serving(Runnable lost) {
        serving = true;
        CompletableFuture<Void> unused = shell.onExit().thenAccept(ended -> {
            if (serving) {
                log.error("{} ended by itself with code {}; see {}", launch.name(), ended.exitValue(), launch.log());
                lost.run();
            }
        });
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    /** The server's exit code once it ended by itself within {@code patience}; else it is killed, and this is empty. */
    OptionalInt await(Duration patience) {
        if (exits(shell.toHandle(), patience)) {
            return OptionalInt.of(shell.exitValue());
        }
        kill();
        return OptionalInt.empty();
    }

    /** Stops the server in order, and by force once its grace is over. Returns when it is gone. */
    void stop() {
        serving = false;
        closeQuietly();
        if (!exits(shell.toHandle(), launch.grace().plus(AFTER_KILL))) {
            log.warn(
                    "{} did not stop within {} s: killed",
                    launch.name(),
                    launch.grace().toSeconds());
            kill();
        }
    }

    /** Kills the server and its children at once, as a crash would. Returns when they are gone. */
    void kill() {
        serving = false;
        boolean gone = endByForce(server);
        closeQuietly();
        if (!gone || !exits(shell.toHandle(), AFTER_KILL)) {
            shell.destroyForcibly();
        }
    }

    /** Stops the server's clock: it and its children answer nothing until {@link #resume}. */
    void pause() {
        signal("STOP", family(server));
    }

    void resume() {
        signal("CONT", family(server));
    }

    /**
     * An earlier JVM that was killed leaves its server a moment to live: asks it to stop, should its shell have been
     * killed too, waits for its end, and past the grace makes it. The process id alone proves nothing, it may be
     * another's by now: the command line must carry the mark.
     */
    private static void endOrphan(Launch launch) {
        Optional<ProcessHandle> orphan = readPidFile(launch.pidFile())
                .flatMap(ProcessHandle::of)
                .filter(process -> carries(process, launch.mark()));
        if (orphan.isEmpty()) {
            return;
        }
        log.info("{} of an earlier run is still ending: waiting for it", launch.name());
        signal(launch.stopSignal(), List.of(orphan.get()));
        signal("CONT", family(orphan.get()));
        if (exits(orphan.get(), launch.grace())) {
            return;
        }
        log.warn(
                "{} of an earlier run (process {}) does not end: killed",
                launch.name(),
                orphan.get().pid());
        if (!endByForce(orphan.get())) {
            throw new EmbeddedServerException(launch.name() + " of an earlier run cannot be ended: process "
                    + orphan.get().pid());
        }
    }

    static boolean carries(ProcessHandle process, String mark) {
        return process.info().arguments().map(List::of).orElse(List.of()).contains(mark);
    }

    private static boolean endByForce(ProcessHandle process) {
        List<ProcessHandle> family = family(process);
        signal("KILL", family);
        return family.stream().allMatch(member -> exits(member, AFTER_KILL));
    }

    private static List<ProcessHandle> family(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants()).toList();
    }

    /** One {@code kill} for all, so that none has time to react to the end of another. */
    private static void signal(String signal, List<ProcessHandle> processes) {
        String pids = processes.stream().map(p -> Long.toString(p.pid())).collect(Collectors.joining(" "));
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + pids)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
            if (!exits(kill.toHandle(), AFTER_KILL)) {
                kill.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send SIG" + signal, e);
        }
    }

    private static boolean exits(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private static Optional<Long> readPidFile(Path file) {
        try {
            String text = Files.exists(file) ? Files.readString(file).strip() : "";
            return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static long readPid(Process shell) throws IOException {
        try (BufferedReader lines = shell.inputReader(US_ASCII)) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("/bin/sh ended at once");
            }
            return Long.parseLong(line);
        }
    }

    private void closeQuietly() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            log.debug("{}: its shell was gone already", launch.name(), e);
        }
    }

    private static String script() {
        try (InputStream in =
                Objects.requireNonNull(TiedProcess.class.getResourceAsStream("tied-process.sh"), "tied-process.sh")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
