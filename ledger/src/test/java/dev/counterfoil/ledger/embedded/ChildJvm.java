package dev.counterfoil.ledger.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A second JVM on this one's class path, running {@link HoldServers}. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final List<Long> servers;

    private ChildJvm(Process process, List<Long> servers) {
        this.process = process;
        this.servers = servers;
    }

    /** Returns when it holds both servers. */
    static ChildJvm holding(Path folder) throws IOException {
        return start(List.of(), classPath(), folder);
    }

    /** The same through {@code prefix}, a command that runs the one after it. */
    static ChildJvm start(List<String> prefix, String classPath, Path folder) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-classpath",
                classPath,
                HoldServers.class.getName(),
                folder.toString()));
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("HOLDING ")) {
                List<String> words = List.of(line.split(" "));
                return new ChildJvm(process, List.of(Long.valueOf(words.get(1)), Long.valueOf(words.get(2))));
            }
            System.err.println("child: " + line);
        }
        throw new IOException("the child ended without holding servers");
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    long pid() {
        return process.pid();
    }

    List<Long> servers() {
        return servers;
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
