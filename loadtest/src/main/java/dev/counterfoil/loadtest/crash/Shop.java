package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.Target;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Clients that redeem, hold and reverse at any of the gateways and write down what they are told. What got no final answer
 * is kept, to be asked again under its key.
 */
final class Shop implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(6);
    private static final Duration CROWD_PATIENCE = Duration.ofMinutes(3);
    private static final int REPLAY_ATTEMPTS = 20;
    private static final int LONGEST_PAUSE_MS = 60;
    private static final int LONGEST_PAUSE_AFTER_FAILURE_MS = 250;

    /** The newest answer that tells that something was posted: when its request was begun, and its sequence. */
    record Probe(long begunNanos, long sequence) {}

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final List<Target> targets;
    private final Shelf shelf;
    private final ClientBooks books;
    private final long seed;
    private final int clients;
    private final ExecutorService threads;
    private final AtomicInteger keys = new AtomicInteger();
    private final Queue<Operation> all = new ConcurrentLinkedQueue<>();
    private final Queue<Operation> next = new ConcurrentLinkedQueue<>();
    private final Queue<Operation> open = new ConcurrentLinkedQueue<>();
    private final List<Future<?>> visits = new ArrayList<>();
    private final AtomicLong coldSinceNanos = new AtomicLong();
    private volatile Probe newest = new Probe(Long.MIN_VALUE, 0);
    private volatile boolean closing;

    /** @param targets the gateways, any of which serves any request */
    Shop(List<Target> targets, Shelf shelf, ClientBooks books, long seed, int clients) {
        this.targets = List.copyOf(targets);
        this.shelf = shelf;
        this.books = books;
        this.seed = seed;
        this.clients = clients;
        this.threads = Executors.newFixedThreadPool(clients, task -> {
            Thread thread = new Thread(task, "shop");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Lets the clients in. */
    void open() {
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed * 1_000 + i);
            visits.add(threads.submit(() -> shop(random)));
        }
    }

    /** Begins nothing new, and returns once what was begun is answered or given up. */
    void closeDoors() throws IOException, InterruptedException {
        closing = true;
        for (Future<?> visit : visits) {
            try {
                Object unused = visit.get(4 * ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("a client failed: " + e, e);
            }
        }
    }

    private void shop(Random random) {
        while (!closing) {
            Operation operation = next.poll();
            if (operation == null) {
                operation = shelf.draw(random, newKey());
                all.add(operation);
            }
            boolean answered = attempt(operation, random);
            if (!answered && random.nextBoolean()) {
                // Half of the clients try again at once, while the first attempt may still be under way.
                pause(random.nextInt(LONGEST_PAUSE_AFTER_FAILURE_MS));
                answered = attempt(operation, random);
            }
            if (operation.state() == Operation.State.OPEN) {
                open.add(operation);
            }
            pause(random.nextInt(answered ? LONGEST_PAUSE_MS : LONGEST_PAUSE_AFTER_FAILURE_MS));
        }
    }

    private String newKey() {
        return shelf.run() + "-" + keys.incrementAndGet();
    }

    /**
     * Asks again for everything that has no final answer, until it has or {@code patience} is over. To be called when
     * nothing that was sent before can still be under way.
     */
    void resolve(Duration patience) throws InterruptedException {
        List<Operation> waiting = new ArrayList<>(open);
        waiting.addAll(next);
        next.clear();
        long deadline = System.nanoTime() + patience.toNanos();
        while (!waiting.isEmpty() && System.nanoTime() < deadline) {
            waiting.forEach(Operation::quiet);
            inParallel(waiting, operation -> {
                boolean unused = attempt(operation, new Random(operation.hashCode()));
            });
            waiting.removeIf(operation -> operation.state() != Operation.State.OPEN);
            // Follow-ups of what was resolved are not begun: a hold may stay open.
            next.forEach(all::remove);
            next.clear();
            if (!waiting.isEmpty()) {
                Thread.sleep(LONGEST_PAUSE_AFTER_FAILURE_MS);
            }
        }
    }

    /** Sends {@code operations}, all of which were posted, again; returns those that were not answered alike. */
    List<String> replay(Collection<Operation> operations) throws InterruptedException {
        Queue<String> differing = new ConcurrentLinkedQueue<>();
        Set<Operation> answered = ConcurrentHashMap.newKeySet();
        inParallel(operations, operation -> {
            String difference = difference(operation);
            answered.add(operation);
            if (!difference.isEmpty()) {
                differing.add(operation + " asked again answered " + difference + ", at first " + operation.answer());
            }
        });
        operations.stream()
                .filter(operation -> !answered.contains(operation))
                .forEach(operation -> differing.add(operation + " was not asked again in time"));
        return List.copyOf(differing);
    }

    /** How the answer to the same request differs from the first; empty when it does not. A 503 is not an answer. */
    private String difference(Operation operation) {
        String last = "";
        for (int attempt = 0; attempt < REPLAY_ATTEMPTS; attempt++) {
            try {
                HttpResponse<String> again = send(operation, targets.get(attempt % targets.size()));
                if (again.statusCode() != 503) {
                    boolean alike = again.statusCode() / 100 == 2
                            && again.body().equals(operation.answer())
                            && again.headers()
                                    .firstValue("Idempotency-Replayed")
                                    .isPresent();
                    return alike ? "" : again.statusCode() + " " + again.body();
                }
                last = again.body();
            } catch (IOException e) {
                last = e.toString();
            }
            pause(LONGEST_PAUSE_AFTER_FAILURE_MS);
        }
        return "at last " + last;
    }

    private void inParallel(Collection<Operation> operations, Consumer<Operation> each) throws InterruptedException {
        ExecutorService crowd = Executors.newFixedThreadPool(clients);
        operations.forEach(operation -> crowd.execute(() -> each.accept(operation)));
        crowd.shutdown();
        if (!crowd.awaitTermination(CROWD_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            List<Runnable> unused = crowd.shutdownNow();
        }
    }

    /** Whether it was answered, finally or not. */
    private boolean attempt(Operation operation, Random random) {
        long begun = System.nanoTime();
        Target target = targets.get(random.nextInt(targets.size()));
        try {
            HttpResponse<String> response = send(operation, target);
            operation.answered(response.statusCode(), response.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return false;
        } catch (IOException e) {
            operation.unanswered();
            return false;
        }
        if (operation.state() == Operation.State.POSTED) {
            posted(operation, random, begun);
        }
        coldSinceNanos.set(operation.isCold() ? coldSince() : 0);
        return operation.state() != Operation.State.OPEN;
    }

    private long coldSince() {
        long since = coldSinceNanos.get();
        return since == 0 ? System.nanoTime() : since;
    }

    private void posted(Operation operation, Random random, long begun) {
        books.posted(operation);
        if (!operation.kind().isStep()) {
            Probe probe = new Probe(begun, Verdict.sequence(operation.id()));
            synchronized (this) {
                newest = probe.begunNanos() > newest.begunNanos() ? probe : newest;
            }
        }
        Operation follow = Shelf.follow(random, operation, newKey());
        if (follow != null) {
            all.add(follow);
            next.add(follow);
        }
    }

    private HttpResponse<String> send(Operation operation, Target target) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(target.url() + "/v1/programs/" + target.program() + "/" + operation.path()))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + target.secretKey())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", operation.key())
                .POST(BodyPublishers.ofString(operation.body()))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The answer to the redemption that was begun last and was told to be posted. */
    Probe newest() {
        return newest;
    }

    /** Since when every answer was that the cell is cold; null while it is not so. */
    @Nullable
    Duration coldFor() {
        long since = coldSinceNanos.get();
        return since == 0 ? null : Duration.ofNanos(System.nanoTime() - since);
    }

    /** Everything that was begun. */
    List<Operation> operations() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        closing = true;
        threads.shutdownNow();
    }
}
