package dev.counterfoil.loadtest.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder of a run: emptied before it, and never one that holds something else. */
public final class WorkFolder {
    private static final String MARK = ".counterfoil-loadtest";

    private WorkFolder() {}

    /** Makes {@code folder} new and empty; refuses one that holds what no earlier run has left. */
    public static void clear(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.exists(folder.resolve(MARK))) {
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new IOException(
                            "folder " + folder + " holds files of something else (expected: an empty or a new one)");
                }
            }
        }
        delete(folder);
        Path unused = Files.createFile(Files.createDirectories(folder).resolve(MARK));
    }

    /** With all that is in it. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
