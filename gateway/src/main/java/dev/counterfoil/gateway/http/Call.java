package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.Deadline;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the handlers: each fills in what it found out, an endpoint reads it. Used only on the event
 * loop of the request.
 */
public final class Call {
    private static final String ATTRIBUTE = "call";
    private static final String DURABILITY = "Counterfoil-Durability";
    private static final String REASON = "Counterfoil-Reason";
    private static final Text REASON_FORM = Text.upTo(200);
    private static final int LONGEST_KEY = 255;
    private static final byte[] NO_BODY = new byte[0];

    private final RoutingContext context;
    private final String requestId = RequestIds.next();
    private final long startedNanos;
    private final InetAddress clientAddress;
    private RouteLabel route = RouteLabel.UNKNOWN;
    private @Nullable ApiKey key;
    private @Nullable Program program;
    private @Nullable Catalog catalog;
    private byte[] body = NO_BODY;
    private Consumer<byte[]> signedBody = received -> {};
    private @Nullable Problem problem;
    private final Deadline deadline = new Deadline();
    private boolean unhurried;
    private boolean reading;
    private boolean held;
    private long heldSinceNanos;
    private long heldNanos;

    /** What {@link Watch} keeps of it: its neighbours in the list of calls under way, and how its answer is taken. */
    @Nullable
    Call older;

    @Nullable
    Call newer;

    Watch.@Nullable Attention attention;

    /** Where the stage under way began, for {@link StageTimers}; 0 where this call is not timed. */
    long stageNanos;

    long lastWritten;
    long takenNanos;

    Call(RoutingContext context, long startedNanos, InetAddress clientAddress) {
        this.context = context;
        this.startedNanos = startedNanos;
        this.clientAddress = clientAddress;
        context.put(ATTRIBUTE, this);
    }

    static boolean begun(RoutingContext context) {
        return context.get(ATTRIBUTE) != null;
    }

    static Call of(RoutingContext context) {
        Call call = context.get(ATTRIBUTE);
        if (call == null) {
            throw new IllegalStateException("no call: Arrival has to be the first handler");
        }
        return call;
    }

    /** The name of this request in answers and logs. */
    public String requestId() {
        return requestId;
    }

    /** Where the request comes from: the caller's own address, not that of a trusted proxy. */
    public InetAddress clientAddress() {
        return clientAddress;
    }

    /** Until when the caller is kept waiting. To be handed on to the ledger with whatever is posted for it. */
    public Deadline deadline() {
        return deadline;
    }

    /** For endpoints that stream. */
    public RoutingContext context() {
        return context;
    }

    /** Who calls. Only behind {@link Authenticate}. */
    public ApiKey key() {
        return found(key, "key");
    }

    /** The program that the path names. Only behind {@link RequireProgram}. */
    public Program program() {
        return found(program, "program");
    }

    /**
     * The catalog of {@link #program()} as this gateway knows it now. Throws a {@link Rejection} (503 ledger_cold) where the
     * program's cell has none.
     */
    public Catalog catalog() {
        if (program != null && catalog == null) {
            throw new Rejection(Problem.of(ProblemCode.LEDGER_COLD).retryAfter(5));
        }
        return found(catalog, "catalog");
    }

    /**
     * The decoded part of the path that stands for {@code {name}} in its template. Throws a {@link Rejection} (404 not_found) where
     * it holds a NUL: PostgreSQL's texts cannot, so nothing is called that.
     */
    public String path(String name) {
        String part = found(context.pathParam(name), name);
        if (part.indexOf('\0') >= 0) {
            throw new Rejection(Problem.of(ProblemCode.NOT_FOUND));
        }
        return part;
    }

    /** What {@code reader} makes of the JSON body. Throws a {@link Rejection} with every mistake in it. Only behind {@link ReadBody}. */
    public <T> T read(Function<RequestFields, T> reader) {
        return RequestFields.read(body, reader);
    }

    /** Each line of the NDJSON body, read as an object. Throws a {@link Rejection} with the mistakes in it. Only behind {@link ReadBody}. */
    public <T> List<T> readLines(int most, Function<RequestFields, T> reader) {
        return RequestLines.read(body, most, reader);
    }

    /** What {@code reader} makes of the query. Throws a {@link Rejection} with every mistake in it. */
    public <T> T query(Function<QueryFields, T> reader) {
        return QueryFields.read(context.request().query(), reader);
    }

    /** The literal {@code Idempotency-Key}: 1 to 255 visible ASCII characters. Throws a {@link Rejection} without one. */
    public String idempotencyKey() {
        List<String> values = context.request().headers().getAll("Idempotency-Key");
        if (values.size() != 1) {
            throw idempotencyKeyMissing(values.isEmpty() ? "missing" : "there more than once");
        }
        String value = values.get(0);
        if (value.isEmpty() || value.length() > LONGEST_KEY || !value.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw idempotencyKeyMissing("expected: 1.." + LONGEST_KEY + " visible ASCII characters");
        }
        return value;
    }

    /**
     * The level that {@code Counterfoil-Durability} asks for, {@link Durability#ACCEPTED} without one. Throws a
     * {@link Rejection} where it is none.
     */
    public Durability durability() {
        List<String> values = context.request().headers().getAll(DURABILITY);
        if (values.isEmpty()) {
            return Durability.ACCEPTED;
        }
        return (values.size() == 1 ? Durability.of(values.get(0)) : Optional.<Durability>empty())
                .orElseThrow(() -> new Rejection(
                        Problem.invalid(DURABILITY, "expected: one of accepted, durable, settled, and once at most")));
    }

    /**
     * Who calls, for the audit, with the reason in {@code Counterfoil-Reason}: 1 to 200 characters, percent-encoded where they are not
     * ASCII. Throws a {@link Rejection} where it is none. Only behind {@link Authenticate}.
     */
    public Actor actor() {
        List<String> reasons = context.request().headers().getAll(REASON);
        String reason = reasons.isEmpty() ? null : reasons.size() > 1 ? "" : percentDecoded(reasons.get(0));
        if (reason != null && REASON_FORM.fault(reason).isPresent()) {
            throw new Rejection(Problem.invalid(
                    REASON,
                    "expected: 1..200 characters, percent-encoded UTF-8 where they are not ASCII, and once at most"));
        }
        return Actor.key(key().id(), key().client(), requestId, reason);
    }

    private static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    /** A header that is there once; several count as none. */
    public Optional<String> header(String name) {
        List<String> values = context.request().headers().getAll(name);
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    private static Rejection idempotencyKeyMissing(String detail) {
        return new Rejection(Problem.of(ProblemCode.IDEMPOTENCY_KEY_MISSING, "Idempotency-Key: " + detail));
    }

    private static <T> T found(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalStateException("no " + name + ": the route lacks the handler that finds it");
        }
        return value;
    }

    /** Long work, bounded by other means. */
    void withoutDeadline() {
        unhurried = true;
    }

    boolean hasDeadline() {
        return !unhurried;
    }

    /** It only asks: nothing can have come of it that its caller does not know. */
    void onlyAsks() {
        reading = true;
    }

    boolean changesNothing() {
        return reading;
    }

    /** Leaves the request unread while the gateway itself waits for something: until {@link #readOn} its caller is not slow. */
    void hold() {
        if (held) {
            return;
        }
        HttpServerRequest request = context.request();
        request.pause();
        // Nobody is there to be answered; without a handler it would be logged as an error.
        request.exceptionHandler(callerLeft -> {});
        held = true;
        heldSinceNanos = System.nanoTime();
    }

    /** False where there is nobody any more to go on for: he left, or was answered at the deadline. */
    boolean readOn() {
        if (held) {
            held = false;
            heldNanos += System.nanoTime() - heldSinceNanos;
            context.request().resume();
        }
        return !isOver();
    }

    /** Whether its caller left, or has his whole answer. */
    boolean isOver() {
        return context.response().closed() || context.response().ended();
    }

    boolean isHeld() {
        return held;
    }

    /** How long it was held up to now. */
    long heldNanos() {
        return heldNanos;
    }

    void route(RouteLabel label) {
        this.route = label;
    }

    RouteLabel route() {
        return route;
    }

    void key(ApiKey presented) {
        this.key = presented;
    }

    void program(Program named, Optional<Catalog> known) {
        this.program = named;
        this.catalog = known.orElse(null);
    }

    /** @param check throws a {@link Rejection} for a body, as it was received, that is not the one that was signed */
    void signedBody(Consumer<byte[]> check) {
        this.signedBody = check;
    }

    void requireSigned(byte[] received) {
        signedBody.accept(received);
    }

    void body(byte[] bytes) {
        this.body = bytes;
    }

    void problem(Problem answered) {
        this.problem = answered;
    }

    @Nullable
    ApiKey keyOrNull() {
        return key;
    }

    @Nullable
    Program programOrNull() {
        return program;
    }

    @Nullable
    Problem problemOrNull() {
        return problem;
    }

    long startedNanos() {
        return startedNanos;
    }
}
