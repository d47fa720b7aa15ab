package dev.counterfoil.loadtest.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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
    private static final Set<Long> WRITING = Set.of(WRITE, PWRITE, WRITEV, FALLOCATE, PWRITEV, PWRITEV2);
    private static final long APPEND = 02000;

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
        if (!WRITING.contains(call.number())) {
            return 0;
        }
        String descriptor = call.arguments().get(0).toString();
        Path process = Path.of("/proc", Integer.toString(thread));
        try {
            Path file = Files.readSymbolicLink(process.resolve("fd").resolve(descriptor));
            if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
                return 0;
            }
            long length = Files.size(file);
            if (end(call, process.resolve("fdinfo").resolve(descriptor), length) <= length) {
                return 0;
            }
            refused.incrementAndGet();
            return ENOSPC;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Where the call would write to at least: of a list of buffers only that it is one byte or more is known. */
    private static long end(Ptrace.SystemCall call, Path descriptor, long length) throws IOException {
        long number = call.number();
        long count = call.arguments().get(2);
        if (number == FALLOCATE) {
            return count + call.arguments().get(3);
        }
        long from = number == WRITE || number == WRITEV
                ? position(descriptor, length)
                : call.arguments().get(3);
        return from + (number == WRITE || number == PWRITE ? count : 1);
    }

    private static long position(Path descriptor, long length) throws IOException {
        long position = 0;
        for (String line : Files.readAllLines(descriptor)) {
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (line.startsWith("flags:") && (Long.parseLong(value, 8) & APPEND) != 0) {
                return length;
            } else if (line.startsWith("pos:")) {
                position = Long.parseLong(value);
            }
        }
        return position;
    }

    @Override
    public void ends(int thread, boolean failed) {
        // What was let through is of no interest.
    }
}
