package dev.counterfoil.ledger.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A log file of an embedded server, from where the present run began. */
final class ServerLog {
    private static final long LARGEST_BYTES = 10L << 20;
    private static final int TAIL_BYTES = 64 << 10;

    private final Path file;
    private final long beginBytes;

    private ServerLog(Path file, long beginBytes) {
        this.file = file;
        this.beginBytes = beginBytes;
    }

    /**
     * To be called before the server starts. A file that has grown large is set aside as {@code <name>.1}, in place of
     * the one set aside before.
     */
    static ServerLog begin(Path file) {
        try {
            long sizeBytes = Files.exists(file) ? Files.size(file) : 0;
            if (sizeBytes <= LARGEST_BYTES) {
                return new ServerLog(file, sizeBytes);
            }
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            return new ServerLog(file, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot rotate " + file, e);
        }
    }

    /** A file that the start itself empties. */
    static ServerLog whole(Path file) {
        return new ServerLog(file, 0);
    }

    /** Group 1 of the newest line of this run that {@code pattern} finds. */
    Optional<String> find(Pattern pattern) {
        return tail().lines()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(match -> match.group(1).strip())
                .reduce((earlier, later) -> later);
    }

    private String tail() {
        try (var channel = Files.newByteChannel(file)) {
            channel.position(Math.max(beginBytes, channel.size() - TAIL_BYTES));
            return new String(Channels.newInputStream(channel).readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
