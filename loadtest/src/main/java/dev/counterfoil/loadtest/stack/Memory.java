package dev.counterfoil.loadtest.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The memory of another process, looked at twice a second while a phase goes on. Linux; elsewhere it is 0. */
public final class Memory implements AutoCloseable {
    private static final String RESIDENT = "VmRSS:";

    private final Path status;
    private final Thread looking = new Thread(this::look, "memory");
    private volatile boolean over;
    private volatile long first;
    private volatile long most;
    private volatile long last;

    public Memory(long pid) {
        this.status = Path.of("/proc", Long.toString(pid), "status");
        looking.setDaemon(true);
        looking.start();
    }

    private void look() {
        try {
            while (!over && Files.exists(status)) {
                last = megabytes();
                first = first == 0 ? last : first;
                most = Math.max(most, last);
                TimeUnit.MILLISECONDS.sleep(500);
            }
        } catch (IOException e) {
            // It has ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long megabytes() throws IOException {
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(RESIDENT)) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1_024;
            }
        }
        return 0;
    }

    /** MB at the beginning, at most, and at the end. */
    @Override
    public String toString() {
        return first + "/" + most + "/" + last;
    }

    @Override
    public void close() {
        over = true;
    }
}
