package dev.counterfoil.loadtest.crash;

import com.sun.jna.Function;
import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Linux' ptrace(2), as far as following the system calls of a process needs it. All calls about one process have to come
 * from one thread, which then is its tracer.
 */
final class Ptrace {
    /** A stop of a traced thread; {@code status} as waitpid gives it. */
    record Stop(int thread, int status) {
        boolean isEnd() {
            // Exited (low seven bits 0) or killed (low seven bits a signal); stopped is 0x7f.
            return (status & 0x7f) != 0x7f;
        }

        private int signal() {
            return (status >> 8) & 0xff;
        }

        private int event() {
            return status >>> 16;
        }

        boolean isSystemCall() {
            return signal() == (SIGTRAP | 0x80);
        }

        /** The thread was stopped by SIGSTOP and its like, and has to stay so. */
        boolean isGroupStop() {
            return event() == EVENT_STOP && signal() != SIGTRAP;
        }

        /** The signal to deliver, or 0. */
        int pending() {
            return event() != 0 || isSystemCall() ? 0 : signal();
        }
    }

    /**
     * A system call at its beginning ({@code entry}) or its end.
     *
     * @param arguments the first four, at its beginning
     * @param failed at its end
     */
    record SystemCall(boolean entry, long number, List<Long> arguments, boolean failed) {}

    private interface C extends Library {
        int waitpid(int pid, IntByReference status, int options) throws LastErrorException;
    }

    private static final int SIGTRAP = 5;
    private static final int EVENT_STOP = 128;
    private static final int POKEUSER = 6;
    private static final int DETACH = 17;
    private static final int SYSCALL = 24;
    private static final int SEIZE = 0x4206;
    private static final int INTERRUPT = 0x4207;
    private static final int LISTEN = 0x4208;
    private static final int GET_SYSCALL_INFO = 0x420e;
    /** TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE: its new threads and children are traced too. */
    private static final int OPTIONS = 1 | 2 | 4 | 8;
    /** __WALL and __WNOTHREAD: children of this thread only, so that this JVM's other children stay those of others. */
    private static final int WAIT_FOR_OWN = 0x40000000 | 0x20000000;

    private static final int INTERRUPTED = 4;
    private static final int NO_CHILD = 10;

    /** Where an Intel processor's registers are: the result, and the number of the call. */
    private static final int RAX = 10 * 8;

    private static final int ORIG_RAX = 15 * 8;
    private static final int INFO_BYTES = 88;
    private static final byte INFO_ENTRY = 1;
    private static final byte INFO_EXIT = 2;

    private final C c = Native.load("c", C.class);
    private final Function ptrace = Function.getFunction("c", "ptrace", Function.THROW_LAST_ERROR);
    private final Memory info = new Memory(INFO_BYTES);

    /** Whether the numbers of this machine are known: Linux on a 64-bit Intel or ARM processor. */
    static boolean isKnown() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux") && (isIntel() || isArm());
    }

    static boolean isIntel() {
        return "amd64".equals(System.getProperty("os.arch"));
    }

    private static boolean isArm() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }

    /** The number of fdatasync; fsync's is the one below (Intel: 74, ARM: 82). */
    static long fdatasync() {
        return isIntel() ? 75 : 83;
    }

    /** Begins to trace {@code thread}, and stops it once so that {@link #next} tells of it. */
    void seize(int thread) throws IOException {
        call(SEIZE, thread, 0, Pointer.createConstant(OPTIONS));
        interrupt(thread);
    }

    /** Stops a running thread once. */
    void interrupt(int thread) throws IOException {
        call(INTERRUPT, thread, 0, Pointer.NULL);
    }

    /** Lets a stopped thread go for good. */
    void detach(Stop stop) throws IOException {
        call(DETACH, stop.thread(), 0, Pointer.createConstant(stop.pending()));
    }

    /** Keeps the kernel from doing what a thread, stopped at the beginning of a system call, asks for. */
    void skip(Stop stop) throws IOException {
        call(POKEUSER, stop.thread(), ORIG_RAX, Pointer.createConstant(-1L));
    }

    /** The error that a thread, stopped at the end of a system call, gets from it. */
    void fail(Stop stop, int error) throws IOException {
        call(POKEUSER, stop.thread(), RAX, Pointer.createConstant(-(long) error));
    }

    /** Waits for the next stop of any traced thread; empty once all have ended. */
    Optional<Stop> next() throws IOException {
        IntByReference status = new IntByReference();
        while (true) {
            try {
                int thread = c.waitpid(-1, status, WAIT_FOR_OWN);
                return Optional.of(new Stop(thread, status.getValue()));
            } catch (LastErrorException e) {
                if (e.getErrorCode() == NO_CHILD) {
                    return Optional.empty();
                } else if (e.getErrorCode() != INTERRUPTED) {
                    throw new IOException("waitpid: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Lets a stopped thread run to its next system call, or to that one's end. */
    void go(Stop stop) throws IOException {
        if (stop.isGroupStop()) {
            call(LISTEN, stop.thread(), 0, Pointer.NULL);
        } else {
            call(SYSCALL, stop.thread(), 0, Pointer.createConstant(stop.pending()));
        }
    }

    /** What a thread that stopped for a system call is about. */
    SystemCall systemCall(Stop stop) throws IOException {
        call(GET_SYSCALL_INFO, stop.thread(), INFO_BYTES, info);
        byte kind = info.getByte(0);
        if (kind == INFO_ENTRY) {
            List<Long> arguments = List.of(info.getLong(32), info.getLong(40), info.getLong(48), info.getLong(56));
            return new SystemCall(true, info.getLong(24), arguments, false);
        }
        return new SystemCall(false, 0, List.of(), kind != INFO_EXIT || info.getByte(32) != 0);
    }

    private void call(int request, int thread, long address, Pointer data) throws IOException {
        try {
            NativeLong unused = (NativeLong) ptrace.invoke(
                    NativeLong.class, new Object[] {request, thread, Pointer.createConstant(address), data});
        } catch (LastErrorException e) {
            throw new IOException(
                    "ptrace " + Integer.toHexString(request) + " of " + thread + ": " + e.getMessage(), e);
        }
    }
}
