package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.stack.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The processor time of a process and its children by the operating system's accounts (proc(5), {@code /proc/<pid>/stat}). */
final class Cpu {
    /** Of the fields behind the name in parentheses, state being the first. */
    private static final int UTIME = 11;

    private static final int CSTIME = 14;

    /** USER_HZ is 100 on every architecture that Linux tells user space of. */
    private static final double TICKS_A_SECOND = 100;

    private Cpu() {}

    /** Seconds, in user and kernel mode, of {@code process}, of its living descendants, and of those that it has waited for. */
    static double seconds(Child process) throws IOException {
        long ticks = 0;
        for (ProcessHandle each : process.family()) {
            ticks += ticks(each.pid());
        }
        return ticks / TICKS_A_SECOND;
    }

    private static long ticks(long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        } catch (NoSuchFileException ended) {
            // Then its parent's account has it.
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int i = UTIME; i <= CSTIME; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks;
    }
}
