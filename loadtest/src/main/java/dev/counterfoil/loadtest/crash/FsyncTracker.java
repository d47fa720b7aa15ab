package dev.counterfoil.loadtest.crash;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows how much of each file in a folder would be left if the power failed: as much as was there when the last fsync or
 * fdatasync that is completed had begun.
 *
 * <p>What a process has written and not yet synced survives its own end in the page cache; only the machine's end takes it.
 * So the harness plays the machine: it follows the process' system calls (ptrace), and after the kill it cuts its files back
 * ({@link #cut}). The size is read while the thread that syncs stands still at the beginning of the call, so all that the
 * size counts is covered by the call; it counts from the moment that the call has returned without an error. Files are
 * told apart by inode, so they may be renamed. What is in the folder when tracing begins is forced to disk then and counts
 * as durable, since an earlier loss would have cut it already.
 *
 * <p>Renames and the existence of files are taken as durable: Redis syncs its folder after it changed the manifest.
 */
final class FsyncTracker implements Tracer.Watch {
    private final Path folder;
    private final Map<Object, Long> durable = new ConcurrentHashMap<>();
    private final Map<Integer, Synced> underWay = new HashMap<>();
    private final AtomicLong syncs = new AtomicLong();
    private @Nullable Tracer tracer;

    /** An fsync under way: of which file, and how long that was when it began. */
    private record Synced(Object inode, long length) {}

    private FsyncTracker(Path folder) {
        this.folder = folder;
    }

    /**
     * Begins to follow the process {@code pid} until it ends.
     *
     * @param folder whose files count; those directly in it
     */
    static FsyncTracker follow(long pid, Path folder) throws IOException, InterruptedException {
        FsyncTracker files = new FsyncTracker(folder.toRealPath());
        files.tracer = Tracer.follow(List.of(pid), files);
        for (Path file : files.files()) {
            files.force(file);
        }
        return files;
    }

    /** How many fsyncs of files in the folder were completed. */
    long syncs() {
        return syncs.get();
    }

    /** How many bytes a loss of power would take away now. */
    long unsynced() throws IOException {
        long unsynced = 0;
        for (Path file : files()) {
            try {
                unsynced += Math.max(0, Files.size(file) - durable.getOrDefault(inode(file), 0L));
            } catch (NoSuchFileException e) {
                // Deleted meanwhile, as files are that a rewrite replaced.
            }
        }
        return unsynced;
    }

    /**
     * Cuts every file of the folder back to what is durable; the process has to be dead. Returns how many bytes that took
     * away.
     */
    long cut() throws IOException {
        Objects.requireNonNull(tracer, "not followed").check();
        long taken = 0;
        for (Path file : files()) {
            long kept = durable.getOrDefault(inode(file), 0L);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                if (channel.size() > kept) {
                    taken += channel.size() - kept;
                    FileChannel unused = channel.truncate(kept);
                }
            }
        }
        return taken;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void force(Path file) throws IOException {
        Object inode = inode(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long length = channel.size();
            channel.force(true);
            durable.merge(inode, length, Math::max);
        }
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    @Override
    public int begins(int thread, Ptrace.SystemCall call) throws IOException {
        if (call.number() == Ptrace.fdatasync() || call.number() == Ptrace.fdatasync() - 1) {
            Path link = Path.of(
                    "/proc",
                    Integer.toString(thread),
                    "fd",
                    call.arguments().get(0).toString());
            try {
                Path file = link.toRealPath();
                if (folder.equals(file.getParent()) && Files.isRegularFile(file)) {
                    underWay.put(thread, new Synced(inode(file), Files.size(file)));
                }
            } catch (NoSuchFileException e) {
                // Deleted meanwhile: nothing of it can be lost.
            }
        }
        return 0;
    }

    @Override
    public void ends(int thread, boolean failed) {
        Synced synced = underWay.remove(thread);
        if (synced != null && !failed) {
            durable.merge(synced.inode(), synced.length(), Math::max);
            syncs.incrementAndGet();
        }
    }
}
