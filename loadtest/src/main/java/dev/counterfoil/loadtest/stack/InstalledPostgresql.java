package dev.counterfoil.loadtest.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a PostgreSQL of this machine has its programs. */
public final class InstalledPostgresql {
    /** Where Debian's packages have them, by major version. */
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private InstalledPostgresql() {}

    /**
     * A folder with {@code initdb} and {@code postgres}.
     *
     * @param named that folder; {@code auto}: the newest of Debian's, if there is one; {@code embedded}: none
     * @throws IllegalArgumentException when the folder that is named has not both
     */
    public static Optional<Path> find(String named) throws IOException {
        if (named.equals("embedded")) {
            return Optional.empty();
        } else if (named.equals("auto")) {
            return newest();
        }
        Path folder = Path.of(named);
        if (!complete(folder)) {
            throw new IllegalArgumentException(
                    "postgresql: \"" + named + "\" (expected: auto, embedded, or a folder with initdb and postgres)");
        }
        return Optional.of(folder);
    }

    private static Optional<Path> newest() throws IOException {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.filter(
                            version -> String.valueOf(version.getFileName()).matches("\\d{1,3}"))
                    .sorted(Comparator.comparing(
                                    (Path version) -> Integer.valueOf(String.valueOf(version.getFileName())))
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .filter(InstalledPostgresql::complete)
                    .findFirst();
        }
    }

    private static boolean complete(Path folder) {
        return List.of("initdb", "postgres").stream().map(folder::resolve).allMatch(Files::isExecutable);
    }
}
