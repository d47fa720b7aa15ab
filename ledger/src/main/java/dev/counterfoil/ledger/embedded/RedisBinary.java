package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the Redis server to run: {@code redis-server} or {@code valkey-server} of version 7 or later on PATH, else the
 * one bundled for this platform, unpacked into the data folder.
 */
final class RedisBinary {
    private static final Logger log = LoggerFactory.getLogger(RedisBinary.class);
    private static final int LOWEST_MAJOR = 7;
    private static final String BUNDLED = "redis-server-7.0.15-";
    private static final Pattern VERSION = Pattern.compile("server v=(\\d{1,4})\\.");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private RedisBinary() {}

    static Path find(DataDirectory data) {
        Optional<Path> installed = List.of("redis-server", "valkey-server").stream()
                .flatMap(name -> Platform.onPath(name).stream())
                .filter(RedisBinary::isRecent)
                .findFirst();
        return installed.orElseGet(() -> unpack(data.folder("bin")));
    }

    private static boolean isRecent(Path program) {
        Matcher version = VERSION.matcher(
                Platform.output(PATIENCE, program.toString(), "--version").orElse(""));
        boolean recent = version.find() && Integer.parseInt(version.group(1)) >= LOWEST_MAJOR;
        if (!recent) {
            log.info("{} is older than version {}: the bundled Redis is used", program, LOWEST_MAJOR);
        }
        return recent;
    }

    private static Path unpack(Path folder) {
        String name = BUNDLED + (Platform.isMac() ? "darwin-" : "linux-") + (Platform.isArm64() ? "arm64" : "amd64");
        Path program = folder.resolve(name);
        try (InputStream in = RedisBinary.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new EmbeddedServerException("no Redis is bundled for this platform (" + name
                        + "): install redis-server 7, or set redis.uri");
            }
            byte[] content = in.readAllBytes();
            if (!Files.isExecutable(program) || !Arrays.equals(content, Files.readAllBytes(program))) {
                Path next = folder.resolve(name + ".tmp");
                Files.write(next, content);
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
                Files.move(next, program, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            return program;
        } catch (IOException e) {
            throw new EmbeddedServerException("the bundled Redis cannot be unpacked into " + folder + ": " + e, e);
        }
    }
}
