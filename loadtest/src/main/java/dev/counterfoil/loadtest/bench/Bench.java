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

/** The processes that are measured: the gateway with a Redis and a PostgreSQL of its own, and the echo. */
final class Bench implements AutoCloseable {
    /** As much memory and log as config/README.md wants a server to have. */
    private static final List<String> POSTGRESQL = List.of("shared_buffers=512MB", "max_wal_size=4GB");

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Installation installation;
    private final Redis redis;
    private final Postgresql postgresql;
    private final Gateway gateway;
    private final Child echo;
    private final String echoUrl;

    private Bench(
            Installation installation,
            Redis redis,
            Postgresql postgresql,
            Gateway gateway,
            Child echo,
            String echoUrl) {
        this.installation = installation;
        this.redis = redis;
        this.postgresql = postgresql;
        this.gateway = gateway;
        this.echo = echo;
        this.echoUrl = echoUrl;
    }

    /** @param jvm flags of both JVMs */
    static Bench start(Installation installation, List<String> jvm) throws IOException, InterruptedException {
        Redis redis = Redis.start(installation, Redis.Fsync.ALWAYS);
        Postgresql postgresql = Postgresql.start(installation, POSTGRESQL);
        Map<String, String> settings = new HashMap<>(installation.settings(redis.uri(), postgresql.uri()));
        settings.put("COUNTERFOIL_LEDGER_DURABILITY", "durable");
        // Beyond what is measured: the limit counts, and refuses nothing.
        settings.put("COUNTERFOIL_LIMITS_SECRET_KEY_RATE", "1000000/1s");
        List<String> flags = new ArrayList<>(jvm);
        flags.add("--enable-native-access=ALL-UNNAMED");
        flags.add(GcPauses.flag(installation.log("gateway-gc")));
        Gateway gateway = Gateway.start(installation, "gateway", FreePort.choose(), flags, settings);
        int port = FreePort.choose();
        Child echo = Child.start("echo", echo(installation, jvm, port), Map.of(), installation.log("echo"));
        Bench bench = new Bench(installation, redis, postgresql, gateway, echo, "http://" + FreePort.HOST + ":" + port);
        gateway.awaitReady();
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

    Gateway gateway() {
        return gateway;
    }

    Redis redis() {
        return redis;
    }

    Postgresql postgresql() {
        return postgresql;
    }

    /** Where a scenario's requests go. */
    String url(Scenario scenario) {
        return scenario == Scenario.ECHO ? echoUrl : gateway.url();
    }

    /** CPU seconds so far of the JVM that answers a scenario's requests. */
    double cpu(Scenario scenario) throws IOException {
        return Cpu.seconds(scenario == Scenario.ECHO ? echo : gateway.process());
    }

    GcPauses gcPauses() throws IOException {
        return GcPauses.read(installation.log("gateway-gc"));
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
        gateway.process().kill();
        redis.process().kill();
        postgresql.process().kill();
    }
}
