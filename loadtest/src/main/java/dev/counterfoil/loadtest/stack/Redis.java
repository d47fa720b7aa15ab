package dev.counterfoil.loadtest.stack;

import dev.counterfoil.loadtest.auditor.RedisWire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The installation's Redis, with the settings that the embedded one runs with. */
public final class Redis extends Server {
    /** When an answer is on disk: {@code always}, or within about a second, {@code everysec}. */
    public enum Fsync {
        ALWAYS,
        EVERYSEC;

        String setting() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Duration REWRITTEN_WITHIN = Duration.ofMinutes(5);

    private final Installation installation;
    private final Path settings;
    private final URI uri;

    private Redis(Installation installation, Path settings, URI uri, Child process) {
        super("Redis", process);
        this.installation = installation;
        this.settings = settings;
        this.uri = uri;
    }

    public static Redis start(Installation installation, Fsync fsync) throws IOException, InterruptedException {
        return start(installation, fsync, Map.of());
    }

    /** @param more settings in place of those of the embedded one */
    public static Redis start(Installation installation, Fsync fsync, Map<String, String> more)
            throws IOException, InterruptedException {
        int port = FreePort.choose();
        Path folder = installation.data().resolve("redis");
        String embedded = Files.readString(folder.resolve("redis.conf"));
        Path settings = folder.resolve("crash.conf");
        String changed = line(embedded, "port", Integer.toString(port));
        changed = line(changed, "logfile", "\"\"");
        changed = line(changed, "appendfsync", fsync.setting());
        for (Map.Entry<String, String> setting : more.entrySet()) {
            changed = line(changed, setting.getKey(), setting.getValue());
        }
        Files.writeString(settings, changed);
        URI uri = URI.create("redis://:" + installation.kept("redis.password") + "@" + FreePort.HOST + ":" + port);
        Redis redis = new Redis(installation, settings, uri, launch(installation, settings));
        redis.awaitReady();
        return redis;
    }

    private static String line(String settings, String name, String value) throws IOException {
        Pattern line = Pattern.compile("(?m)^" + name + " .*$");
        if (!line.matcher(settings).find()) {
            throw new IOException("redis.conf of the embedded Redis has no line " + name);
        }
        return line.matcher(settings).replaceAll(Matcher.quoteReplacement(name + " " + value));
    }

    private static Child launch(Installation installation, Path settings) throws IOException {
        List<String> command = List.of(installation.redisServer().toString(), settings.toString());
        return Child.start("Redis", command, Map.of(), installation.log("redis"));
    }

    @Override
    Child launch() throws IOException {
        return launch(installation, settings);
    }

    @Override
    boolean answers() {
        try (RedisWire wire = RedisWire.open(uri)) {
            return "PONG".equals(wire.call("PING"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Changes when its answers are on disk, until it is started again. */
    public void fsync(Fsync fsync) throws IOException {
        try (RedisWire wire = RedisWire.open(uri)) {
            Object unused = wire.call("CONFIG", "SET", "appendfsync", fsync.setting());
        }
    }

    /** Has it write its append-only file anew, and waits until that is done. */
    public void rewrite() throws IOException, InterruptedException {
        try (RedisWire wire = RedisWire.open(uri)) {
            Object unused = wire.call("BGREWRITEAOF");
            long deadline = System.nanoTime() + REWRITTEN_WITHIN.toNanos();
            do {
                Thread.sleep(100);
                if (System.nanoTime() > deadline) {
                    throw new IOException("Redis does not end to rewrite its append-only file");
                }
            } while (!"0".equals(info(wire, "persistence", "aof_rewrite_in_progress"))
                    || !"0".equals(info(wire, "persistence", "aof_rewrite_scheduled")));
        }
    }

    /** Its version and allocator, as {@code 7.0.15, jemalloc-5.2.1}. */
    public String version() throws IOException {
        try (RedisWire wire = RedisWire.open(uri)) {
            return info(wire, "server", "redis_version") + ", " + info(wire, "memory", "mem_allocator");
        }
    }

    /** Bytes that it has allocated. */
    public long usedMemory() throws IOException {
        try (RedisWire wire = RedisWire.open(uri)) {
            return Long.parseLong(info(wire, "memory", "used_memory"));
        }
    }

    /** Bytes of the journals of these programs' first cells: facts that the books have already, kept for a while. */
    public long usedByJournals(List<String> programs) throws IOException {
        long bytes = 0;
        try (RedisWire wire = RedisWire.open(uri)) {
            for (String program : programs) {
                Object used = wire.call("MEMORY", "USAGE", "{" + program + ".0}:journal", "SAMPLES", "0");
                bytes += used instanceof Long ? (Long) used : 0;
            }
        }
        return bytes;
    }

    private static String info(RedisWire wire, String section, String field) throws IOException {
        byte[] text = wire.call("INFO", section) instanceof byte[] bytes ? bytes : new byte[0];
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** Straight to it, past any link. */
    public URI uri() {
        return uri;
    }

    /** Where its append-only files are. */
    public Path appendOnlyFolder() {
        return installation.data().resolve("redis").resolve("appendonlydir");
    }
}
