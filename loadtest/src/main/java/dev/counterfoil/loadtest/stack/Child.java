package dev.counterfoil.loadtest.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process that this one started and that ends with it, however this one ends: between the two stands a small shell that
 * reads a pipe, and whose end of file is a kill. It can be killed and stopped together with its own children.
 */
public final class Child {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(20);
    private static final String TIE = """
            log=$1
            shift
            exec 3<&0 </dev/null
            "$@" >>"$log" 2>&1 3<&- &
            child=$!
            echo "$child"
            exec >&- 2>/dev/null
            (
              while read -r _; do :; done
              kill -s KILL "$child"
            ) <&3 3<&- &
            guard=$!
            exec 3<&-
            wait "$child"
            code=$?
            kill "$guard"
            exit "$code"
            """;

    private final String name;
    private final Process shell;
    private final ProcessHandle process;

    private Child(String name, Process shell, ProcessHandle process) {
        this.name = name;
        this.shell = shell;
        this.process = process;
    }

    /**
     * Starts {@code command}; does not wait for it to be ready.
     *
     * @param environment added to this process' own, from which what would be taken for settings is left out
     * @param log receives what it prints, after what is there
     */
    public static Child start(String name, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        List<String> tied = new ArrayList<>(List.of("/bin/sh", "-c", TIE, "tie", log.toString()));
        tied.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(tied).redirectError(Redirect.DISCARD);
        builder.environment().keySet().removeIf(key -> key.startsWith("COUNTERFOIL_") || key.startsWith("PG"));
        builder.environment().putAll(environment);
        Process shell = builder.start();
        try (BufferedReader lines = shell.inputReader(StandardCharsets.US_ASCII)) {
            String pid = lines.readLine();
            if (pid == null) {
                throw new IOException(name + " cannot be started: /bin/sh ended at once");
            }
            // One that failed at once has left no handle; its shell stands in for it.
            ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseGet(shell::toHandle);
            return new Child(name, shell, process);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return shell.isAlive();
    }

    /** Whether it ended by itself within {@code patience}. */
    public boolean endsWithin(Duration patience) throws InterruptedException {
        return shell.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What it ended with, of one that has: 128 and the number of the signal where that ended it. */
    public int exitCode() {
        return shell.exitValue();
    }

    /** As kill -9, of it and its children at once; returns when they are gone. */
    public void kill() throws IOException, InterruptedException {
        List<ProcessHandle> family = family();
        signal("KILL", family);
        long deadline = System.nanoTime() + GONE_WITHIN.toNanos();
        while (shell.isAlive() || family.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() >= deadline) {
                throw new IOException(name + " (process " + pid() + ") survives kill -9");
            }
            Thread.sleep(5);
        }
    }

    /** Asks it to end in order. */
    public void terminate() throws IOException {
        signal("TERM", List.of(process));
    }

    /** Stops its clock: connections stay open and nothing is answered, until {@link #resume}. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP", family());
        long deadline = System.nanoTime() + GONE_WITHIN.toNanos();
        // "t" where it is traced besides. While it waits for the disk it does not stop yet.
        while (!state().equalsIgnoreCase("T")) {
            if (System.nanoTime() >= deadline) {
                throw new IOException(this + " does not stop, it is in state " + state());
            }
            Thread.sleep(5);
        }
    }

    private String state() throws IOException {
        Path linux = Path.of("/proc", Long.toString(pid()), "stat");
        if (!Files.exists(linux)) {
            return output(List.of("ps", "-o", "state=", "-p", Long.toString(pid())))
                    .substring(0, 1);
        }
        String status = Files.readString(linux);
        int afterName = status.lastIndexOf(')') + 2;
        return status.substring(afterName, afterName + 1);
    }

    public void resume() throws IOException {
        signal("CONT", family());
    }

    /** It and its children, their children included. */
    public List<ProcessHandle> family() {
        return Stream.concat(Stream.of(process), process.descendants()).toList();
    }

    /** One {@code kill} for all, so that none has time to react to another's end. */
    private void signal(String signal, List<ProcessHandle> processes) throws IOException {
        String pids = processes.stream().map(each -> Long.toString(each.pid())).collect(Collectors.joining(" "));
        String unused = output(List.of("/bin/sh", "-c", "kill -s " + signal + " " + pids));
    }

    private static String output(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream printed = process.getInputStream()) {
            String text = new String(printed.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(GONE_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " does not end");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public String toString() {
        return name + " (process " + pid() + ")";
    }
}
