package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.stack.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Follows the system calls of processes, their threads and their children, on a thread of its own. */
final class Tracer {
    /** What is to be told of them; called on the tracer's thread, while the thread in question stands still. */
    interface Watch {
        /** Before {@code call} is done by {@code thread}. @return the error that it shall fail with instead; 0: none */
        int begins(int thread, Ptrace.SystemCall call) throws IOException;

        /** After a call that was let through. */
        void ends(int thread, boolean failed);
    }

    private static final long PATIENCE_SECONDS = 10;
    private static final long TRIAL_SECONDS = 3;

    private final List<Long> pids;
    private final Watch watch;
    private final Set<Integer> threads = new HashSet<>();
    private final Map<Integer, Integer> failing = new HashMap<>();
    private final CountDownLatch attached = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean releasing;
    private volatile @Nullable IOException failure;

    private Tracer(List<Long> pids, Watch watch) {
        this.pids = List.copyOf(pids);
        this.watch = watch;
    }

    /** Whether this machine lets processes be followed: containers and hardened kernels may not. Tried once. */
    static boolean isPossible() {
        return Trial.PASSED;
    }

    /** Whether it also lets system calls fail: only the registers of an Intel processor are known here. */
    static boolean canFail() {
        return isPossible() && Ptrace.isIntel();
    }

    /** Returns once every thread is followed. They are until they end, or are released. */
    static Tracer follow(List<Long> pids, Watch watch) throws IOException, InterruptedException {
        Tracer tracer = new Tracer(pids, watch);
        Thread thread = new Thread(tracer::trace, "tracer");
        thread.setDaemon(true);
        thread.start();
        boolean begun = tracer.attached.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        tracer.check();
        if (!begun) {
            throw new IOException("processes " + pids + " cannot be traced");
        }
        return tracer;
    }

    /** Follows them no longer; returns once all run freely. They have to be busy, so that one comes by. */
    void release() throws IOException, InterruptedException {
        releasing = true;
        if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("processes " + pids + " cannot be let go");
        }
        check();
    }

    /** @throws IOException when something was missed */
    void check() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw new IOException("processes " + pids + " were not followed: " + failed.getMessage(), failed);
        }
    }

    private void trace() {
        try {
            Ptrace ptrace = new Ptrace();
            for (long pid : pids) {
                seize(ptrace, pid);
            }
            attached.countDown();
            boolean interrupted = false;
            for (var stop = ptrace.next(); stop.isPresent(); stop = ptrace.next()) {
                if (releasing && !interrupted) {
                    interrupted = true;
                    interruptAll(ptrace);
                }
                step(ptrace, stop.get());
            }
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            failure = new IOException(e);
        } finally {
            attached.countDown();
            ended.countDown();
        }
    }

    private void seize(Ptrace ptrace, long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                int thread = Integer.parseInt(String.valueOf(task.getFileName()));
                ptrace.seize(thread);
                threads.add(thread);
            }
        }
    }

    private void interruptAll(Ptrace ptrace) {
        for (int thread : threads) {
            try {
                ptrace.interrupt(thread);
            } catch (IOException e) {
                // It has ended, or stands still already.
            }
        }
    }

    private void step(Ptrace ptrace, Ptrace.Stop stop) throws IOException {
        if (stop.isEnd()) {
            threads.remove(stop.thread());
            failing.remove(stop.thread());
            return;
        }
        threads.add(stop.thread());
        try {
            if (stop.isSystemCall()) {
                systemCall(ptrace, stop);
            }
            if (releasing && !failing.containsKey(stop.thread())) {
                ptrace.detach(stop);
            } else {
                ptrace.go(stop);
            }
        } catch (IOException e) {
            // A thread that was killed while it stood still cannot be asked or sent on: its end is the next that is
            // told.
            if (standsStill(stop.thread())) {
                throw e;
            }
        }
    }

    private void systemCall(Ptrace ptrace, Ptrace.Stop stop) throws IOException {
        Ptrace.SystemCall call = ptrace.systemCall(stop);
        if (call.entry()) {
            int error = releasing ? 0 : watch.begins(stop.thread(), call);
            if (error != 0) {
                ptrace.skip(stop);
                failing.put(stop.thread(), error);
            }
            return;
        }
        Integer error = failing.remove(stop.thread());
        if (error != null) {
            ptrace.fail(stop, error);
        } else {
            watch.ends(stop.thread(), call.failed());
        }
    }

    private static boolean standsStill(int thread) {
        try {
            String status = Files.readString(Path.of("/proc", Integer.toString(thread), "stat"));
            return status.charAt(status.lastIndexOf(')') + 2) == 't';
        } catch (IOException e) {
            return false;
        }
    }

    /** Follows a small process of its own until it makes a system call. */
    private static final class Trial {
        static final boolean PASSED = Ptrace.isKnown() && passes();

        private static boolean passes() {
            CountDownLatch seen = new CountDownLatch(1);
            Watch watch = new Watch() {
                @Override
                public int begins(int thread, Ptrace.SystemCall call) {
                    seen.countDown();
                    return 0;
                }

                @Override
                public void ends(int thread, boolean failed) {
                    // One is enough.
                }
            };
            try {
                List<String> command = List.of("/bin/sh", "-c", "while sleep 0.05; do :; done");
                Child child = Child.start("trial", command, Map.of(), Path.of("/dev/null"));
                try {
                    Tracer tracer = Tracer.follow(List.of(child.pid()), watch);
                    boolean followed = seen.await(TRIAL_SECONDS, TimeUnit.SECONDS);
                    tracer.check();
                    return followed;
                } finally {
                    child.kill();
                }
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
