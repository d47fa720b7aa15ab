package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.stack.Child;
import dev.counterfoil.loadtest.stack.FreePort;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.Postgresql;
import dev.counterfoil.loadtest.stack.Redis;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The processes that are measured: gateways with a Redis and a PostgreSQL of their own, and the echo. */
final class Bench implements AutoCloseable {
    /** As much memory and log as config/README.md wants a server to have. */
    private static final List<String> POSTGRESQL = List.of("shared_buffers=512MB", "max_wal_size=4GB");

    private static final String FIRST = "gateway";
    private static final String GC = "-gc";
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(10);
    private static final long QUIET_MILLIS = 500;
    /** In that time, of a gateway; one that nobody asks anything uses less, and a compiler at work ten times as much. */
    private static final double QUIET_CPU_SECONDS = 0.05;

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Installation installation;
    private final Redis redis;
    private final Postgresql postgresql;
    private final List<Gateway> gateways;
    private final Child echo;
    private final String echoUrl;
    private final List<Double> pauses = new ArrayList<>();
    private int pausesBefore;

    private Bench(
            Installation installation,
            Redis redis,
            Postgresql postgresql,
            List<Gateway> gateways,
            Child echo,
            String echoUrl) {
        this.installation = installation;
        this.redis = redis;
        this.postgresql = postgresql;
        this.gateways = gateways;
        this.echo = echo;
        this.echoUrl = echoUrl;
    }

    /** @param jvm flags of all JVMs */
    static Bench start(Installation installation, List<String> jvm, int gateways)
            throws IOException, InterruptedException {
        Redis redis = Redis.start(installation, Redis.Fsync.ALWAYS, Map.of("auto-aof-rewrite-min-size", "1000gb"));
        Postgresql postgresql = Postgresql.start(installation, POSTGRESQL);
        Map<String, String> settings = new HashMap<>(installation.settings(redis.uri(), postgresql.uri()));
        settings.put("COUNTERFOIL_LEDGER_DURABILITY", "durable");
        // Beyond what is measured: the limit counts, and refuses nothing.
        settings.put("COUNTERFOIL_LIMITS_SECRET_KEY_RATE", "1000000/1s");
        List<Gateway> started = new ArrayList<>();
        for (int number = 1; number <= gateways; number++) {
            String name = number == 1 ? FIRST : FIRST + "-" + number;
            List<String> flags = new ArrayList<>(jvm);
            flags.add("--enable-native-access=ALL-UNNAMED");
            flags.add(GcPauses.flag(installation.log(name + GC)));
            Gateway gateway = Gateway.start(installation, name, FreePort.choose(), flags, settings);
            gateway.awaitReady();
            started.add(gateway);
        }
        int port = FreePort.choose();
        Child echo = Child.start("echo", echo(installation, jvm, port), Map.of(), installation.log("echo"));
        Bench bench = new Bench(installation, redis, postgresql, started, echo, "http://" + FreePort.HOST + ":" + port);
        bench.awaitEcho();
        return bench;
    }

    private static List<String> echo(Installation installation, List<String> jvm, int port) throws IOException {
        Path own;
        try {
            own = Path.of(Echo.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of(
                "-cp",
                own + File.pathSeparator + installation.packagedGateway(),
                Echo.class.getName(),
                Integer.toString(port)));
        return command;
    }

    private void awaitEcho() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(echoUrl + "/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < deadline && echo.isAlive()) {
            try {
                if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            Thread.sleep(50);
        }
        throw new IOException("the echo did not start; see " + installation.log("echo"));
    }

    /** The one that is asked for the figures of all. */
    Gateway gateway() {
        return gateways.get(0);
    }

    /** Makes programs beside the first, and returns all. */
    List<String> programs(String first, int count) throws IOException, InterruptedException {
        List<String> programs = new ArrayList<>(List.of(first));
        while (programs.size() < count) {
            String program = "bench-" + (programs.size() + 1);
            List<String> unused = gateway()
                    .command(List.of(
                            "programs",
                            "create",
                            "--id",
                            program,
                            "--issuer",
                            "demo",
                            "--zone",
                            "Asia/Shanghai",
                            "--assets",
                            "CNY",
                            "--mode",
                            "live"));
            programs.add(program);
        }
        return programs;
    }

    Redis redis() {
        return redis;
    }

    Postgresql postgresql() {
        return postgresql;
    }

    /** Where a scenario's requests go. */
    List<String> urls(Scenario scenario) {
        return scenario == Scenario.ECHO
                ? List.of(echoUrl)
                : gateways.stream().map(Gateway::url).toList();
    }

    /** CPU seconds so far of the JVMs that answer a scenario's requests. */
    double cpu(Scenario scenario) throws IOException {
        if (scenario == Scenario.ECHO) {
            return Cpu.seconds(echo);
        }
        double seconds = 0;
        for (Gateway gateway : gateways) {
            seconds += Cpu.seconds(gateway.process());
        }
        return seconds;
    }

    /** Until the JVMs that answer a scenario's requests have compiled what is to be compiled, or for as long as that may take. */
    void awaitQuiet(Scenario scenario) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + QUIET_WITHIN.toNanos();
        double before;
        double after = cpu(scenario);
        do {
            before = after;
            Thread.sleep(QUIET_MILLIS);
            after = cpu(scenario);
        } while (after - before > QUIET_CPU_SECONDS * gateways.size() && System.nanoTime() < deadline);
    }

    /**
     * Begins a round: with new JVMs of the gateways, since what the compilers make of the same code differs from one to the next and
     * then stays; and with an append-only file that is written anew now, and not at some moment of what is measured.
     */
    void beginRound() throws IOException, InterruptedException {
        redis.rewrite();
        for (Gateway gateway : gateways) {
            gateway.process().kill();
            gateway.restart();
            gateway.awaitReady();
        }
    }

    /** Ends its warm-up: pauses until then do not count. */
    void warm() throws IOException {
        pausesBefore = GcPauses.read(installation.log(FIRST + GC)).size();
    }

    /** Ends it. */
    void endRound() throws IOException {
        List<Double> all = GcPauses.read(installation.log(FIRST + GC));
        pauses.addAll(all.subList(pausesBefore, all.size()));
    }

    /** Of the first gateway, in the rounds. */
    GcPauses gcPauses() {
        return GcPauses.of(pauses);
    }

    /** What ran, for the report. */
    Versions versions() throws IOException {
        try (Connection connection = new Addresses(redis.uri(), postgresql.uri()).openPostgres()) {
            return new Versions(
                    Runtime.version().toString(),
                    redis.version(),
                    connection.getMetaData().getDatabaseProductVersion(),
                    Runtime.getRuntime().availableProcessors());
        } catch (SQLException e) {
            throw new IOException("PostgreSQL does not say its version", e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        echo.kill();
        for (Gateway gateway : gateways) {
            gateway.process().kill();
        }
        redis.process().kill();
        postgresql.process().kill();
    }
}
