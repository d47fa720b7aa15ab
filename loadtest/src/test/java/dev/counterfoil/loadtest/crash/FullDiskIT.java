package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.counterfoil.loadtest.stack.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a full disk nothing gets longer, what is there can be written over, and once there is space again all goes on. */
class FullDiskIT {
    /** Copies a block again and again: to the end of one file, over the beginning of another. */
    private static final String WRITER = """
            while :; do
              cat block >>growing 2>/dev/null && echo . >>../grown
              dd if=block of=kept bs=1000 conv=notrunc 2>/dev/null && echo . >>../kept
              sleep 0.01
            done
            """;

    @TempDir
    Path parent;

    @Test
    void what_would_make_a_file_longer_fails_until_there_is_space_again() throws Exception {
        assumeTrue(Tracer.canFail(), "system calls cannot be made to fail here (ptrace)");
        Path folder = Files.createDirectory(parent.resolve("files"));
        Files.write(folder.resolve("block"), new byte[1_000]);
        Files.write(folder.resolve("kept"), new byte[1_000]);
        Child writer = Child.start(
                "writer",
                List.of("/bin/sh", "-c", "cd \"$1\" && " + WRITER, "writer", folder.toString()),
                Map.of(),
                parent.resolve("log"));
        try {
            awaitMore("grown", 3);

            FullDisk.Filled disk = FullDisk.fill(List.of(writer.pid()), folder);
            awaitMore("kept", 2);
            long grown = size("grown");
            long length = Files.size(folder.resolve("growing"));
            awaitMore("kept", 5);
            assertThat(size("grown")).as("appends that succeeded meanwhile").isEqualTo(grown);
            assertThat(Files.size(folder.resolve("growing"))).isEqualTo(length);
            assertThat(disk.refused()).isPositive();

            disk.freed();
            awaitMore("grown", 3);
            assertThat(Files.size(folder.resolve("growing"))).isGreaterThan(length);
        } finally {
            writer.kill();
        }
    }

    private void awaitMore(String file, int lines) throws Exception {
        long wanted = size(file) + 2L * lines;
        for (int i = 0; i < 500 && size(file) < wanted; i++) {
            Thread.sleep(20);
        }
        assertThat(size(file)).as(file).isGreaterThanOrEqualTo(wanted);
    }

    private long size(String file) throws Exception {
        Path path = parent.resolve(file);
        return Files.exists(path) ? Files.size(path) : 0;
    }
}
