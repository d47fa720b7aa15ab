package dev.counterfoil.loadtest.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk without a free block, as far as processes can tell: whatever would make a file below a folder longer fails with
 * ENOSPC, and what is written over what is there succeeds. The processes are followed by ptrace and their calls are made to
 * fail, so nobody has to be root and nothing else on the machine runs out of space.
 */
final class FullDisk implements Tracer.Watch {
    private static final int ENOSPC = 28;
    /** Numbers of an Intel processor. */
    private static final long WRITE = 1;

    private static final long PWRITE = 18;
    private static final long WRITEV = 20;
    private static final long FALLOCATE = 285;
    private static final long PWRITEV = 296;
    private static final long PWRITEV2 = 328;

    private final Path folder;
    private final AtomicLong refused = new AtomicLong();

    private FullDisk(Path folder) {
        this.folder = folder;
    }

    /** What was made full, until it is {@link #freed}. */
    record Filled(FullDisk disk, Tracer tracer) {
        /** How many writes were refused. */
        long refused() {
            return disk.refused.get();
        }

        /** There is space again. */
        void freed() throws IOException, InterruptedException {
            tracer.release();
        }
    }

    /** From here on there is no space for the processes {@code pids} below {@code folder}. */
    static Filled fill(List<Long> pids, Path folder) throws IOException, InterruptedException {
        FullDisk disk = new FullDisk(folder.toRealPath());
        return new Filled(disk, Tracer.follow(pids, disk));
    }

    @Override
    public int begins(int thread, Ptrace.SystemCall call) throws IOException {
        long number = call.number();
        boolean positioned = number == PWRITE || number == PWRITEV || number == PWRITEV2 || number == FALLOCATE;
        if (!positioned && number != WRITE && number != WRITEV) {
            return 0;
        }
        Path link = Path.of(
                "/proc", Integer.toString(thread), "fd", call.arguments().get(0).toString());
        try {
            Path file = Files.readSymbolicLink(link);
            if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
                return 0;
            }
            boolean longer = !positioned || end(call) > Files.size(file);
            if (longer) {
                refused.incrementAndGet();
            }
            return longer ? ENOSPC : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Where the call would write to at least: of a list of buffers only that it is one byte or more is known. */
    private static long end(Ptrace.SystemCall call) {
        List<Long> arguments = call.arguments();
        return switch ((int) call.number()) {
            case (int) PWRITE -> arguments.get(3) + arguments.get(2);
            case (int) FALLOCATE -> arguments.get(2) + arguments.get(3);
            default -> arguments.get(3) + 1;
        };
    }

    @Override
    public void ends(int thread, boolean failed) {
        // What was let through is of no interest.
    }
}
