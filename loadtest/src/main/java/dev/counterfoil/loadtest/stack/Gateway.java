package dev.counterfoil.loadtest.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packaged gateway as a process of its own. One thread at a time, but for {@link #url}. */
public final class Gateway {
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);

    /** Flags with which it starts soonest: for those who start it often and do not measure it. */
    public static final List<String> QUICK_START =
            List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED");

    private final Installation installation;
    private final String name;
    private final int port;
    private final List<String> flags;
    private final Map<String, String> settings;
    private Child process;

    private Gateway(Installation installation, String name, int port, List<String> flags, Map<String, String> settings)
            throws IOException {
        this.installation = installation;
        this.name = name;
        this.port = port;
        this.flags = flags;
        this.settings = settings;
        this.process = launch();
    }

    /**
     * Starts one; does not wait for it to be ready.
     *
     * @param flags of its JVM
     * @param settings its environment; without addresses of servers: with embedded ones. No access log but where they ask for it
     */
    public static Gateway start(
            Installation installation, String name, int port, List<String> flags, Map<String, String> settings)
            throws IOException {
        return new Gateway(installation, name, port, flags, settings);
    }

    private Child launch() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-jar", installation.packagedGateway().toString(), "serve"));
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("COUNTERFOIL_HTTP_PORT", Integer.toString(port));
        environment.put("COUNTERFOIL_HTTP_HOST", FreePort.HOST);
        environment.put("COUNTERFOIL_DATA_DIR", installation.data().toString());
        String unused = environment.putIfAbsent("COUNTERFOIL_LOGS_ACCESS", "false");
        return Child.start(name, command, environment, installation.log(name));
    }

    public String url() {
        return "http://" + FreePort.HOST + ":" + port;
    }

    /** What one of the program's commands prints, run beside it on the same data. Throws where it fails. */
    public List<String> command(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_START);
        command.addAll(List.of("-jar", installation.packagedGateway().toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        installation.log("commands").toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("COUNTERFOIL_") || key.startsWith("PG"));
        builder.environment().putAll(settings);
        builder.environment().put("COUNTERFOIL_DATA_DIR", installation.data().toString());
        Process run = builder.start();
        List<String> printed;
        try (BufferedReader lines = run.inputReader(StandardCharsets.UTF_8)) {
            printed = lines.lines().toList();
        }
        if (run.waitFor() != 0) {
            throw new IOException(String.join(" ", arguments) + " failed; see " + installation.log("commands"));
        }
        return printed;
    }

    public Child process() {
        return process;
    }

    /** Starts a dead one again; does not wait for it to be ready. */
    public void restart() throws IOException {
        process = launch();
    }

    public void awaitReady() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            Thread.sleep(50);
        }
        throw new IOException(name + " did not become ready; see " + installation.log(name));
    }

    /** Asks it to end in order. */
    public void stop(Duration patience) throws IOException, InterruptedException {
        process.terminate();
        if (!process.endsWithin(patience)) {
            throw new IOException(name + " did not stop within " + patience.toSeconds() + " s");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
