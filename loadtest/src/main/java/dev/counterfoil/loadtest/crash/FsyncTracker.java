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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
final class FsyncTracker {
    private static final long ATTACHED_WITHIN_SECONDS = 10;

    private final long pid;
    private final Path folder;
    private final Map<Object, Long> durable = new ConcurrentHashMap<>();
    private final Map<Integer, Synced> underWay = new HashMap<>();
    private final AtomicLong syncs = new AtomicLong();
    private final CountDownLatch attached = new CountDownLatch(1);
    private volatile @Nullable IOException failure;

    /** An fsync under way: of which file, and how long that was when it began. */
    private record Synced(Object inode, long length) {}

    private FsyncTracker(long pid, Path folder) {
        this.pid = pid;
        this.folder = folder;
    }

    /**
     * Begins to follow the process {@code pid} until it ends, on a thread of its own.
     *
     * @param folder whose files count; those directly in it
     */
    static FsyncTracker follow(long pid, Path folder) throws IOException, InterruptedException {
        FsyncTracker tracker = new FsyncTracker(pid, folder.toRealPath());
        Thread thread = new Thread(tracker::trace, "fsync-tracker");
        thread.setDaemon(true);
        thread.start();
        boolean begun = tracker.attached.await(ATTACHED_WITHIN_SECONDS, TimeUnit.SECONDS);
        tracker.check();
        if (!begun) {
            throw new IOException("process " + pid + " cannot be traced");
        }
        for (Path file : tracker.files()) {
            tracker.force(file);
        }
        return tracker;
    }

    /** How many fsyncs of files in the folder were completed. */
    long syncs() {
        return syncs.get();
    }

    /**
     * Cuts every file of the folder back to what is durable; the process has to be dead. Returns how many bytes that took
     * away.
     */
    long cut() throws IOException {
        check();
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

    private void check() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw new IOException("fsyncs of process " + pid + " were not followed: " + failed.getMessage(), failed);
        }
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

    private void trace() {
        try {
            Ptrace ptrace = new Ptrace();
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                for (Path thread : threads.toList()) {
                    ptrace.seize(Integer.parseInt(thread.getFileName().toString()));
                }
            }
            attached.countDown();
            for (Optional<Ptrace.Stop> stop = ptrace.next(); stop.isPresent(); stop = ptrace.next()) {
                step(ptrace, stop.get());
            }
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            failure = new IOException(e);
        } finally {
            attached.countDown();
        }
    }

    private void step(Ptrace ptrace, Ptrace.Stop stop) throws IOException {
        if (stop.isEnd()) {
            underWay.remove(stop.thread());
            return;
        }
        try {
            if (stop.isSystemCall()) {
                follow(stop.thread(), ptrace.systemCall(stop));
            }
            ptrace.go(stop);
        } catch (IOException e) {
            // A thread that was killed while it stood still cannot be asked or sent on: its end is the next that is
            // told.
            if (Files.exists(Path.of("/proc", Integer.toString(stop.thread()))) && !isEnding(stop.thread())) {
                throw e;
            }
        }
    }

    private static boolean isEnding(int thread) {
        try {
            String status = Files.readString(Path.of("/proc", Integer.toString(thread), "stat"));
            char state = status.charAt(status.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X' || state == 'R' || state == 'D';
        } catch (IOException e) {
            return true;
        }
    }

    private void follow(int thread, Ptrace.SystemCall call) throws IOException {
        if (call.entry()) {
            if (call.number() == Ptrace.fdatasync() || call.number() == Ptrace.fdatasync() - 1) {
                begun(thread, call.firstArgument());
            }
            return;
        }
        Synced synced = underWay.remove(thread);
        if (synced != null && !call.failed()) {
            durable.merge(synced.inode(), synced.length(), Math::max);
            syncs.incrementAndGet();
        }
    }

    private void begun(int thread, long descriptor) throws IOException {
        Path link = Path.of("/proc", Integer.toString(thread), "fd", Long.toString(descriptor));
        try {
            Path file = link.toRealPath();
            if (folder.equals(file.getParent()) && Files.isRegularFile(file)) {
                underWay.put(thread, new Synced(inode(file), Files.size(file)));
            }
        } catch (NoSuchFileException e) {
            // Deleted meanwhile: nothing of it can be lost.
        }
    }
}
