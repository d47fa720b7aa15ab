package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.counterfoil.loadtest.stack.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process has not synced is gone after the cut, and nothing else. */
class FsyncTrackerIT {
    /** Waits for a file "go" beside the folder, so that it is followed before it writes; children are followed too. */
    private static final String WRITER = """
            while [ ! -e ../go ]; do sleep 0.02; done
            dd if=/dev/zero of=synced bs=1000 count=3 conv=fsync
            dd if=/dev/zero of=appended bs=1000 count=2 conv=fsync
            dd if=/dev/zero bs=1000 count=5 >>appended
            dd if=/dev/zero of=unsynced bs=1000 count=3
            dd if=/dev/zero bs=1000 count=4 >>before
            dd if=/dev/zero of=temporary bs=1000 count=6 conv=fsync
            mv temporary renamed
            touch ../done
            sleep 60
            """;

    @TempDir
    Path parent;

    @BeforeAll
    static void where_processes_can_be_followed() {
        assumeTrue(Tracer.isPossible(), "processes cannot be followed here (ptrace)");
    }

    @Test
    void bytes_that_were_written_without_fsync_are_cut() throws Exception {
        Path folder = Files.createDirectory(parent.resolve("files"));
        Files.write(folder.resolve("before"), new byte[700]);
        Child writer = Child.start(
                "writer",
                List.of("/bin/sh", "-c", "cd \"$1\" && " + WRITER, "writer", folder.toString()),
                Map.of(),
                parent.resolve("log"));
        FsyncTracker tracker = FsyncTracker.follow(writer.pid(), folder);
        Files.createFile(parent.resolve("go"));
        for (int i = 0; i < 500 && !Files.exists(parent.resolve("done")); i++) {
            Thread.sleep(20);
        }
        writer.kill();
        assertThat(parent.resolve("done")).as("the writer came to its end").exists();
        assertThat(Files.size(folder.resolve("appended")))
                .as("a kill alone loses nothing")
                .isEqualTo(7_000);

        long taken = tracker.cut();

        assertThat(tracker.syncs()).isEqualTo(3);
        assertThat(Files.size(folder.resolve("synced"))).isEqualTo(3_000);
        assertThat(Files.size(folder.resolve("appended"))).isEqualTo(2_000);
        assertThat(Files.size(folder.resolve("unsynced"))).isZero();
        assertThat(Files.size(folder.resolve("before"))).isEqualTo(700);
        assertThat(Files.size(folder.resolve("renamed"))).isEqualTo(6_000);
        assertThat(taken).isEqualTo(5_000 + 3_000 + 4_000);
    }
}
