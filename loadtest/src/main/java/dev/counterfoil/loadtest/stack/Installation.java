package dev.counterfoil.loadtest.stack;

import dev.counterfoil.loadtest.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data folder that a gateway with embedded servers has set up: programs, passwords, pepper, the demo program. From it the
 * harness starts the same Redis and PostgreSQL as processes of its own, which then live longer than a gateway that is killed.
 */
public final class Installation {
    private static final Path JAR = Path.of("gateway", "target", "counterfoil.jar");
    private static final int SECRET_BYTES = 32;
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);

    private final Path jar;
    private final Path data;
    private final Path logs;
    private final @Nullable Path postgresqlPrograms;

    private Installation(Path jar, Path data, Path logs, @Nullable Path postgresqlPrograms) {
        this.jar = jar;
        this.data = data;
        this.logs = logs;
        this.postgresqlPrograms = postgresqlPrograms;
    }

    /** Sets one up below {@code folder}, which has to be new or empty; takes some ten seconds. */
    public static Installation prepare(Path folder) throws IOException, InterruptedException {
        Installation installation = empty(folder);
        Gateway embedded = Gateway.start(installation, "setup", FreePort.choose(), Gateway.QUICK_START, Map.of());
        embedded.awaitReady();
        embedded.stop(STOPPED_WITHIN);
        return installation;
    }

    /**
     * The same with a PostgreSQL that is installed on this machine: the embedded one is compiled for size.
     *
     * @param programs the folder of {@code initdb} and {@code postgres}
     */
    public static Installation prepareWith(Path programs, Path folder) throws IOException, InterruptedException {
        Installation installation = empty(folder, programs);
        Postgresql.create(installation);
        Postgresql postgresql = Postgresql.start(installation);
        String pepper = secret();
        String codeKeys = "k1:" + secret();
        Gateway setup = Gateway.start(
                installation,
                "setup",
                FreePort.choose(),
                Gateway.QUICK_START,
                Map.of(
                        "COUNTERFOIL_POSTGRES_URI",
                        postgresql.uri().toString(),
                        "COUNTERFOIL_PEPPER",
                        pepper,
                        "COUNTERFOIL_CODE_KEYS",
                        codeKeys,
                        "COUNTERFOIL_DEMO",
                        "true"));
        setup.awaitReady();
        setup.stop(STOPPED_WITHIN);
        postgresql.stop();
        // Where the embedded ones are kept.
        Path first = Files.writeString(installation.data.resolve("pepper"), pepper);
        Path second = Files.writeString(installation.data.resolve("code-keys"), codeKeys);
        return installation;
    }

    private static String secret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    /** One below {@code folder} that the first gateway started on it will set up. */
    public static Installation empty(Path folder) throws IOException {
        return empty(folder, null);
    }

    private static Installation empty(Path folder, @Nullable Path postgresqlPrograms) throws IOException {
        Path logs = Files.createDirectories(folder.toAbsolutePath().resolve("logs"));
        // A copy: the project may be built again while it runs.
        Path jar = Files.copy(project().resolve(JAR), folder.toAbsolutePath().resolve("counterfoil.jar"));
        return new Installation(jar, folder.toAbsolutePath().resolve("data"), logs, postgresqlPrograms);
    }

    /** The folder of the project: this one, or the nearest upwards, in which the gateway is packaged. */
    public static Path project() throws IOException {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(JAR))) {
                return folder;
            }
        }
        throw new IOException(JAR + " is missing: run ./mvnw -q -pl gateway -am -Dmaven.test.skip package");
    }

    public Path packagedGateway() {
        return jar;
    }

    public Path data() {
        return data;
    }

    public Path log(String name) {
        return logs.resolve(name + ".log");
    }

    /** The text of a file of the data folder. */
    public String kept(String name) throws IOException {
        return Files.readString(data.resolve(name)).strip();
    }

    /** The settings of a gateway that serves it with these servers. */
    public Map<String, String> settings(URI redis, URI postgresql) throws IOException {
        return Map.of(
                "COUNTERFOIL_REDIS_URI", redis.toString(),
                "COUNTERFOIL_POSTGRES_URI", postgresql.toString(),
                "COUNTERFOIL_PEPPER", kept("pepper"),
                "COUNTERFOIL_CODE_KEYS", kept("code-keys"),
                "COUNTERFOIL_DEMO", "false");
    }

    /** The demo program, through the gateway at {@code url}. */
    public Target target(String url) {
        return Target.demo(data).at(url);
    }

    /** The folder of PostgreSQL's own files; an installed one's is beside the gateway's, which takes no others into its own. */
    Path postgresqlData() {
        return postgresqlPrograms == null ? data.resolve("postgres") : data.resolveSibling("postgresql");
    }

    /** The file with its role's password. */
    Path postgresqlPassword() {
        return postgresqlPrograms == null
                ? data.resolve("postgresql.password")
                : data.resolveSibling("postgresql.password");
    }

    /** The Redis that the setup ran: unpacked into the data folder, else of version 7 or later and on PATH. */
    public Path redisServer() throws IOException {
        return program(data.resolve("bin"), "redis-server-")
                .or(() -> onPath("redis-server"))
                .or(() -> onPath("valkey-server"))
                .orElseThrow(() -> new IOException("no redis-server in " + data.resolve("bin") + " or on PATH"));
    }

    /** The command that starts one of PostgreSQL's programs; they refuse to be root, so root is nobody to them. */
    public List<String> postgresql(String program) throws IOException {
        Path folder = postgresqlPrograms != null
                ? postgresqlPrograms
                : program(data.resolve("bin"), "postgresql-")
                        .map(unpacked -> unpacked.resolve("bin"))
                        .orElseThrow(() -> new IOException("no PostgreSQL in " + data.resolve("bin")));
        String path = folder.resolve(program).toString();
        return "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U", path) : List.of(path);
    }

    private static Optional<Path> program(Path folder, String prefix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
                    .findFirst();
        }
    }

    private static Optional<Path> onPath(String name) {
        return Stream.of(String.valueOf(System.getenv("PATH")).split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
