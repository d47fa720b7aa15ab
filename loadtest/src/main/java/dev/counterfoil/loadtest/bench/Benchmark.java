package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.auditor.Auditor;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures, warm and interleaved, what the gateway does beside a bare echo of the same requests and answers, and ends with the
 * auditor: a fast wrong answer is a failure. The exit code is 0 when all answers were those expected and the books balance, 1 when
 * not, 2 when nothing could be measured. {@link Settings} has the system properties.
 */
public final class Benchmark {
    /** What the ledger's own benchmark wrote just before, if it ran. */
    private static final Path LEDGER_BENCH = Path.of("ledger", "target", "ledger-bench.json");

    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;
    /** Seconds after which the load stops until what it made hot is compiled; under it the compilers share the CPU. */
    private static final int WARM_UP_SLICE = 4;
    /** More requests than are ever sent. */
    private static final long PART = 1_000_000_000_000L;

    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(3);
    private static final Duration AUDIT_PATIENCE = Duration.ofMinutes(3);

    private final Settings settings;
    private final Bench bench;
    private final Sale sale;
    private final Wrk wrk;
    private final PrintStream out;
    /** The first request of a scenario that was not sent yet. */
    private final Map<Scenario, Long> next = new EnumMap<>(Scenario.class);

    /** The first request of the redemptions measured last. */
    private long lastRedemptions = 1;

    private Benchmark(Settings settings, Bench bench, Sale sale, Wrk wrk, PrintStream out) {
        this.settings = settings;
        this.bench = bench;
        this.sale = sale;
        this.wrk = wrk;
        this.out = out;
    }

    public static void main(String[] args) {
        int code;
        try {
            code = measure(Settings.fromProperties(), System.out);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            System.out.println("benchmark: " + e.getMessage());
            code = IMPOSSIBLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = IMPOSSIBLE;
        }
        if (code != 0) {
            System.exit(code);
        }
    }

    private static int measure(Settings settings, PrintStream out) throws IOException, InterruptedException {
        Wrk.require();
        WorkFolder.clear(settings.folder());
        out.println("setting up in " + settings.folder());
        Installation installation = settings.postgresql().isPresent()
                ? Installation.prepareWith(settings.postgresql().get(), settings.folder())
                : Installation.prepare(settings.folder());
        try (Bench bench = Bench.start(installation, settings.jvm(), settings.gateways())) {
            Target target = installation.target(bench.gateway().url());
            List<String> programs = bench.programs(target.program(), settings.programs());
            out.println("making " + settings.cards() + " cards of a kind, " + settings.items() + " items, in "
                    + programs.size() + " programs");
            long before = bench.redis().usedMemory();
            Sale sale = Sale.prepare(target, programs, settings);
            // The cards were made just now; the books get them first.
            Lag.awaitNone(bench.gateway().url(), SETTLED_WITHIN);
            double redisBytes =
                    bench.redis().usedMemory() - before - bench.redis().usedByJournals(programs);
            Path script = script(settings.folder());
            List<Round> rounds =
                    new Benchmark(settings, bench, sale, new Wrk(script, settings.connections()), out).rounds();
            Figures figures = new Figures(rounds);
            Optional<Steady> steady = steady(settings, target, sale, figures);
            Optional<BigBatch> batch = batch(settings, target, sale, figures, bench);
            Report report = new Report(
                    settings,
                    bench.versions(),
                    figures,
                    steady,
                    batch,
                    LedgerAlone.read(Installation.project().resolve(LEDGER_BENCH)),
                    redisBytes,
                    bench.gcPauses());
            report.print(out);
            report.write(settings.report());
            out.println("written to " + settings.report());
            boolean wrong = report.wrongAnswers() > 0;
            int audit = Auditor.audit(
                    new Addresses(bench.redis().uri(), bench.postgresql().uri()),
                    settings.programs() == 1 ? target.program() : "",
                    AUDIT_PATIENCE,
                    out);
            return wrong || audit == WRONG ? WRONG : audit;
        }
    }

    private static Optional<Steady> steady(Settings settings, Target target, Sale sale, Figures figures)
            throws IOException {
        // The open loop is one gateway's.
        if (settings.share() == 0
                || settings.gateways() > 1
                || !settings.scenarios().contains(Scenario.REDEEM)) {
            return Optional.empty();
        }
        double most = figures.median(Scenario.REDEEM, round -> round.load().perSecond());
        return Optional.of(
                Steady.measure(target, sale, settings.share(), most, Duration.ofSeconds(settings.seconds())));
    }

    private static Optional<BigBatch> batch(Settings settings, Target target, Sale sale, Figures figures, Bench bench)
            throws IOException {
        if (settings.batch() == 0) {
            return Optional.empty();
        }
        double most = figures.median(Scenario.REDEEM, round -> round.load().perSecond());
        long gateway = bench.gateway().process().pid();
        return Optional.of(BigBatch.measure(target, sale, settings.batch(), most, gateway));
    }

    private static Path script(Path folder) throws IOException {
        Path script = folder.resolve("scenarios.lua");
        try (InputStream lua = Benchmark.class.getResourceAsStream("/bench/scenarios.lua")) {
            if (lua == null) {
                throw new IOException("bench/scenarios.lua is not on the class path");
            }
            Files.write(script, lua.readAllBytes());
        }
        return script;
    }

    private List<Round> rounds() throws IOException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= settings.rounds(); number++) {
            bench.beginRound();
            warmUp();
            addEcho(rounds, number);
            for (Scenario scenario : settings.scenarios()) {
                if (scenario != Scenario.ECHO) {
                    add(rounds, measure(scenario, number, settings.seconds()));
                    addEcho(rounds, number);
                }
            }
            bench.endRound();
        }
        return rounds;
    }

    private void warmUp() throws IOException, InterruptedException {
        out.println("warming up");
        for (int warm = 0; warm < settings.warmUp(); warm += WARM_UP_SLICE) {
            for (Scenario scenario : settings.scenarios()) {
                Round unused = measure(scenario, 0, Math.min(WARM_UP_SLICE, settings.warmUp() - warm));
                bench.awaitQuiet(scenario);
            }
        }
        bench.warm();
    }

    /** Before and after every other scenario, for half as long: a machine that others share is not as fast a minute later. */
    private void addEcho(List<Round> rounds, int number) throws IOException, InterruptedException {
        if (settings.scenarios().contains(Scenario.ECHO)) {
            add(rounds, measure(Scenario.ECHO, number, Math.max(1, settings.seconds() / 2)));
        }
    }

    private void add(List<Round> rounds, Round round) {
        rounds.add(round);
        out.println(Report.line(round));
    }

    /** Replays send what the redemptions of their round sent; all others go on where they stopped. */
    private Round measure(Scenario scenario, int number, int seconds) throws IOException, InterruptedException {
        Scenario sent = scenario == Scenario.REPLAY ? Scenario.REDEEM : scenario;
        Range range = range(scenario);
        Gateway gateway = bench.gateway();
        double gatewayBefore = bench.cpu(scenario);
        double redisBefore = Cpu.seconds(bench.redis().process());
        double postgresBefore = Cpu.seconds(bench.postgresql().process());
        Lag lag = Lag.watch(gateway.url());
        Wrk.Result result = wrk.run(
                bench.urls(scenario),
                seconds,
                part -> sale.environment(scenario, sent.token(), range.first() + part * apart(), range.last()));
        double longestLag = lag.longest();
        // What this scenario posted is settled at its own cost, and not at the next one's.
        Lag.awaitNone(gateway.url(), SETTLED_WITHIN);
        Round round = new Round(
                scenario,
                number,
                result,
                bench.cpu(scenario) - gatewayBefore,
                Cpu.seconds(bench.redis().process()) - redisBefore,
                Cpu.seconds(bench.postgresql().process()) - postgresBefore,
                longestLag);
        if (scenario != Scenario.REPLAY) {
            // The last were sent, but their answers not waited for.
            next.put(scenario, range.first() + result.requests() + settings.connections());
        }
        if (scenario == Scenario.REDEEM) {
            lastRedemptions = range.first();
        }
        return round;
    }

    /** How far the numbers of one gateway's requests are from the next one's; they do not pay with the same cards at the same time. */
    private long apart() {
        return PART + settings.cards() / settings.gateways();
    }

    /** Requests by their numbers. */
    private record Range(long first, long last) {}

    private Range range(Scenario scenario) {
        if (scenario != Scenario.REPLAY) {
            return new Range(next.getOrDefault(scenario, 1L), Long.MAX_VALUE / 2);
        }
        long last = next.getOrDefault(Scenario.REDEEM, 1L) - 1;
        if (last < lastRedemptions) {
            throw new IllegalArgumentException("scenarios: replay (expected: redeem before it)");
        }
        return new Range(lastRedemptions, last);
    }
}
