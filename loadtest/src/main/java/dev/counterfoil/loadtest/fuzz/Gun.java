package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.Draft.Ending;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests one after the other, on one connection as long as the server keeps it and it is clear where the next answer would
 * begin. One thread.
 */
final class Gun implements Closeable {
    /** Nothing may leave a client without an answer or an end for longer. */
    static final Duration HANGS_AFTER = Duration.ofSeconds(10);

    /** How long it is waited for what need not come. */
    private static final Duration MAYBE = Duration.ofMillis(40);

    /** Times as long; then the connection is cut, also where it is stuck while it is written. */
    private static final int STUCK_AFTER = 3;

    private static final Duration BETWEEN_PIECES = Duration.ofMillis(2);

    private final InetSocketAddress server;
    private final ScheduledExecutorService watch;
    private final Duration hangsAfter;
    private @Nullable Wire wire;
    private boolean used;

    /** @param watch cuts off what is stuck while it is written */
    Gun(InetSocketAddress server, ScheduledExecutorService watch, Duration hangsAfter) {
        this.server = server;
        this.watch = watch;
        this.hangsAfter = hangsAfter;
    }

    /** @throws IOException where the server cannot be connected to */
    Exchange fire(Shot shot) throws IOException {
        if (shot.due() != Due.ANSWER) {
            drop();
        }
        boolean again = used;
        Exchange exchange = once(shot);
        if (again && exchange.answers().isEmpty() && exchange.ended()) {
            // The server had ended the idle connection meanwhile.
            drop();
            exchange = once(shot);
        }
        if (shot.due() != Due.ANSWER
                || exchange.ended()
                || !exchange.fault().isEmpty()
                || exchange.answers().stream().anyMatch(Answer::closes)) {
            drop();
        }
        return exchange;
    }

    private Exchange once(Shot shot) throws IOException {
        Wire current = wire;
        if (current == null) {
            current = Wire.open(server);
            wire = current;
        }
        used = true;
        long start = System.nanoTime();
        Wire watched = current;
        ScheduledFuture<?> stuck =
                watch.schedule(() -> cut(watched), STUCK_AFTER * hangsAfter.toMillis(), TimeUnit.MILLISECONDS);
        List<Answer> answers = new ArrayList<>();
        boolean ended = false;
        String fault = "";
        try {
            current.deadline(start + hangsAfter.toNanos());
            boolean wrote = write(current, shot);
            if (shot.ending() == Ending.RESETS) {
                current.reset();
            } else if (shot.ending() != Ending.CLOSES) {
                ended = read(current, shot, answers, wrote);
            }
        } catch (SocketTimeoutException e) {
            fault = "HANGS: no answer and no end within " + hangsAfter.toMillis() + " ms";
        } catch (Wire.Malformed e) {
            fault = "MALFORMED: " + e.getMessage();
        } catch (SocketException e) {
            // Reset: what was on its way is lost with it.
            ended = true;
        } finally {
            boolean unused = stuck.cancel(false);
        }
        long nanos = System.nanoTime() - start;
        if (nanos >= hangsAfter.toNanos() && answers.isEmpty() && fault.isEmpty()) {
            fault = "HANGS: no answer and no end within " + hangsAfter.toMillis() + " ms";
        }
        return new Exchange(shot, answers, ended, fault, nanos);
    }

    /** Whether all of it was taken. */
    private static boolean write(Wire wire, Shot shot) {
        byte[] bytes = shot.bytes();
        try {
            for (int piece = 0; piece < shot.pieces(); piece++) {
                int from = (int) ((long) bytes.length * piece / shot.pieces());
                wire.write(bytes, from, (int) ((long) bytes.length * (piece + 1) / shot.pieces()));
                if (piece + 1 < shot.pieces()) {
                    Thread.sleep(BETWEEN_PIECES.toMillis());
                }
            }
            return true;
        } catch (IOException e) {
            // Refused before all was sent; what was answered can still be read.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the server ended the connection. */
    private boolean read(Wire wire, Shot shot, List<Answer> answers, boolean wrote) throws IOException {
        boolean stays = shot.ending() == Ending.STAYS;
        while (true) {
            boolean more = answers.size() >= shot.answers();
            if (more && !shot.lingers() && !stays) {
                return false;
            }
            if ((more || shot.due() == Due.PATIENCE || !wrote) && !stays) {
                wire.deadline(System.nanoTime() + MAYBE.toNanos());
                try {
                    if (!next(wire, shot, answers)) {
                        return true;
                    }
                } catch (SocketTimeoutException e) {
                    return false;
                }
            } else if (!next(wire, shot, answers)) {
                return true;
            }
        }
    }

    private boolean next(Wire wire, Shot shot, List<Answer> answers) throws IOException {
        Answer answer = wire.read(answers.size() == shot.headAt());
        if (answer == null) {
            return false;
        }
        answers.add(answer);
        wire.deadline(System.nanoTime() + hangsAfter.toNanos());
        return true;
    }

    private static void cut(Wire wire) {
        try {
            wire.reset();
        } catch (IOException e) {
            // It is gone, which is all that is asked for.
        }
    }

    private void drop() {
        Wire current = wire;
        if (current != null) {
            cut(current);
        }
        wire = null;
        used = false;
    }

    @Override
    public void close() {
        drop();
    }
}
