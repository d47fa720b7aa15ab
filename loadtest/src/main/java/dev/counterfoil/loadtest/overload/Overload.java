package dev.counterfoil.loadtest.overload;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Auditor;
import dev.counterfoil.loadtest.openloop.Answered;
import dev.counterfoil.loadtest.openloop.Answered.Kind;
import dev.counterfoil.loadtest.openloop.Generator;
import dev.counterfoil.loadtest.openloop.Redemptions;
import dev.counterfoil.loadtest.stack.Memory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Measures what a gateway gets done, then asks three times as much of it, and prints what became of that. The exit code is 0 when
 * it still got {@value #LEAST_PERCENT} % of its most done, nothing else went wrong and the books balance, 1 when not, 2 when it
 * could not be measured. System properties: {@code seconds} a phase, {@code redisDelay} in ms, {@code clients}, {@code folder}.
 */
public final class Overload {
    private static final int LEAST_PERCENT = 85;
    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;
    private static final int CARDS = 2_000;
    private static final int CONNECTIONS = 1_500;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(2);
    private static final String LINE = "%-26s %9s %9s %9s %7s %9s %9s %9s %9s  %s%n";

    private final Target target;
    private final Generator generator;
    private final long pid;
    private final Duration lasting;

    private Overload(Target target, Generator generator, long pid, Duration lasting) {
        this.target = target;
        this.generator = generator;
        this.pid = pid;
        this.lasting = lasting;
    }

    public static void main(String[] args) {
        int code;
        try {
            code = run();
        } catch (IOException | RuntimeException e) {
            System.out.println("NO VERDICT: " + e.getMessage());
            code = IMPOSSIBLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = IMPOSSIBLE;
        }
        if (code != 0) {
            System.exit(code);
        }
    }

    private static int run() throws IOException, InterruptedException {
        Duration delay = Duration.ofMillis(Integer.getInteger("redisDelay", 50));
        Duration lasting = Duration.ofSeconds(Integer.getInteger("seconds", 20));
        Path folder = Path.of(System.getProperty("folder", "loadtest/target/overload"));
        try (OneGateway gateway = OneGateway.start(folder, delay)) {
            Target target = gateway.target();
            System.out.println("every answer of Redis comes " + delay.toMillis() + " ms later than it would");
            String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
            IssuerApi issuer = new IssuerApi(target, run);
            String item = "overload-" + run;
            issuer.putItem(
                    item, "{\"name\":\"Overload\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}]}");
            issuer.stock(item, 1_000_000_000);
            List<String> secrets = issuer.makeCards("gift-1000", CARDS);
            URI url = URI.create(target.url());
            boolean held;
            try (Generator generator = new Generator(
                    new InetSocketAddress(url.getHost(), url.getPort()),
                    CONNECTIONS,
                    n -> Redemptions.request(
                            target, secrets.get((int) (n % secrets.size())), item, run + n, run + "-" + n))) {
                held = new Overload(target, generator, gateway.pid(), lasting).phases();
            }
            int audit = Auditor.audit(gateway.addresses(), target.program(), SETTLED_WITHIN, System.out);
            return audit != 0 ? audit : held ? 0 : WRONG;
        }
    }

    private boolean phases() throws IOException {
        int clients = Integer.getInteger("clients", 160);
        Answered warm = generator.closed(clients, WARM_UP);
        System.out.println("warmed up with " + warm.count(Kind.DONE) + " redemptions on " + target);
        System.out.printf(
                LINE, "phase", "offered/s", "201/s", "503/s", "else", "p50 201", "p99 201", "max 201", "p99 503", "MB");
        Answered most = measured("closed, " + clients + " clients", () -> generator.closed(clients, lasting), 0);
        double sustainable = perSecond(most, Kind.DONE);
        Answered below = measured("open, 0.8 x", () -> generator.open(sustainable * 0.8, lasting), sustainable * 0.8);
        Answered over = measured("open, 3 x", () -> generator.open(sustainable * 3, lasting), sustainable * 3);
        Answered after =
                measured("open, 0.8 x, after it", () -> generator.open(sustainable * 0.8, lasting), sustainable * 0.8);
        double percent = 100 * perSecond(over, Kind.DONE) / sustainable;
        boolean well = percent >= LEAST_PERCENT
                && List.of(most, below, over, after).stream()
                        .allMatch(phase -> phase.count(Kind.OTHER) + phase.count(Kind.BROKEN) == 0);
        System.out.printf(
                Locale.ROOT,
                "goodput at 3 x: %.0f %% of the most (expected: at least %d %%); %d requests were not sent in time%n",
                percent,
                LEAST_PERCENT,
                over.count(Kind.NOT_SENT));
        return well;
    }

    /** What is measured. */
    @FunctionalInterface
    private interface Phase {
        Answered play() throws IOException;
    }

    private Answered measured(String name, Phase phase, double offered) throws IOException {
        try (Memory memory = new Memory(pid)) {
            Answered answered = phase.play();
            System.out.printf(
                    Locale.ROOT,
                    LINE,
                    name,
                    offered == 0 ? "-" : number(offered),
                    number(perSecond(answered, Kind.DONE)),
                    number(perSecond(answered, Kind.SHED)),
                    answered.count(Kind.OTHER) + answered.count(Kind.BROKEN),
                    millis(answered, Kind.DONE, 50),
                    millis(answered, Kind.DONE, 99),
                    millis(answered, Kind.DONE, 100),
                    millis(answered, Kind.SHED, 99),
                    memory);
            return answered;
        }
    }

    private double perSecond(Answered answered, Kind kind) {
        return answered.count(kind) * 1_000.0 / lasting.toMillis();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static String millis(Answered answered, Kind kind, double percent) {
        return String.format(Locale.ROOT, "%.1f ms", answered.millis(kind, percent));
    }
}
