package dev.counterfoil.loadtest.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The figures as a table, as JSON and as a chart. */
final class Report {
    private static final String ROW = "%-38s %9s %6s | %7s %7s %7s | %7s %7s %7s | %6s %6s%n";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final double BYTES_A_MB = 1e6;

    private final Settings settings;
    private final Versions versions;
    private final Figures figures;
    private final Optional<Steady> steady;
    private final Optional<BigBatch> batch;
    private final Optional<LedgerAlone> ledger;
    private final double redisBytes;
    private final GcPauses pauses;

    /** @param redisBytes that the cards took of Redis, without the journal, before anything was redeemed */
    Report(
            Settings settings,
            Versions versions,
            Figures figures,
            Optional<Steady> steady,
            Optional<BigBatch> batch,
            Optional<LedgerAlone> ledger,
            double redisBytes,
            GcPauses pauses) {
        this.settings = settings;
        this.versions = versions;
        this.figures = figures;
        this.steady = steady;
        this.batch = batch;
        this.ledger = ledger;
        this.redisBytes = redisBytes;
        this.pauses = pauses;
    }

    /** One measurement, while the others go on. */
    static String line(Round round) {
        return String.format(
                Locale.ROOT,
                "round %d  %-38s %9.0f/s  p99 %6.1f ms  CPU ms/1000 %6.1f %6.1f %6.1f  lag %.2f s%s",
                round.number(),
                round.scenario().label(),
                round.load().perSecond(),
                round.load().p99us() / 1e3,
                round.gatewayCpuPerThousand() * 1e3,
                round.redisCpuPerThousand() * 1e3,
                round.postgresCpuPerThousand() * 1e3,
                round.lagSeconds(),
                wrong(round) == 0 ? "" : "  WRONG ANSWERS: " + wrong(round));
    }

    private static double wrong(Round round) {
        return (double) round.scenario().wrong(round.load()) + round.load().broken();
    }

    /** Answers that were not those expected, of all scenarios. */
    long wrongAnswers() {
        double sum = 0;
        for (Scenario scenario : figures.scenarios()) {
            sum += figures.sum(scenario, Report::wrong);
        }
        return Math.round(sum)
                + steady.map(Steady::wrong).orElse(0L)
                + batch.map(BigBatch::wrong).orElse(0L);
    }

    void print(PrintStream out) {
        out.println();
        out.printf(
                "%d processors for wrk, gateway, Redis and PostgreSQL; Java %s; Redis %s; PostgreSQL %s%n",
                versions.processors(), versions.java(), versions.redis(), versions.postgresql());
        out.printf(
                "%d rounds of %d s, %d connections, medians; ratios to the echo before and after; JVM %s%n",
                settings.rounds(), settings.seconds(), settings.connections(), String.join(" ", settings.jvm()));
        out.printf(
                Locale.ROOT,
                "%,d cards, %,d items in each of %d programs, %d gateways; they take %,.0f MB of Redis%n",
                settings.cards(),
                settings.items(),
                settings.programs(),
                settings.gateways(),
                redisBytes / BYTES_A_MB);
        out.printf(ROW, "", "", "ratio", "latency", "in ms", "", "CPU ms", "a 1000", "", "gw CPU", "lag s");
        out.printf(
                ROW, "", "a second", "to echo", "p50", "p99", "p99.9", "gateway", "Redis", "PG", "x echo", "longest");
        for (Scenario scenario : figures.scenarios()) {
            out.printf(
                    ROW,
                    scenario.label(),
                    number(
                            "%.0f",
                            figures.median(scenario, round -> round.load().perSecond())),
                    number("%.2f", figures.ratio(scenario, round -> round.load().perSecond())),
                    number(
                            "%.1f",
                            figures.median(scenario, round -> round.load().p50us() / 1e3)),
                    number(
                            "%.1f",
                            figures.median(scenario, round -> round.load().p99us() / 1e3)),
                    number(
                            "%.1f",
                            figures.median(scenario, round -> round.load().p999us() / 1e3)),
                    number("%.1f", figures.median(scenario, round -> round.gatewayCpuPerThousand() * 1e3)),
                    number("%.1f", figures.median(scenario, round -> round.redisCpuPerThousand() * 1e3)),
                    number("%.1f", figures.median(scenario, round -> round.postgresCpuPerThousand() * 1e3)),
                    number("%.2f", figures.ratio(scenario, Round::gatewayCpuPerThousand)),
                    number("%.2f", figures.longest(scenario, Round::lagSeconds)));
        }
        ledger.ifPresent(alone -> out.printf(
                Locale.ROOT,
                "the ledger alone, without HTTP, batches of %d: %.0f posts/s, Redis %.1f CPU ms a 1000, %.2f x the same as plain commands%n",
                alone.batch(),
                alone.perSecond(),
                alone.redisCpuMicros(),
                alone.ratio()));
        steady.ifPresent(at -> out.printf(
                Locale.ROOT,
                "redemptions at %d %% of the most, sent when due (%.0f/s): p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms; %d shed%n",
                at.share(),
                at.offered(),
                at.p50(),
                at.p99(),
                at.p999(),
                at.shed()));
        batch.ifPresent(made -> out.printf(
                Locale.ROOT,
                "a batch of %,d cards, made and delivered in %.1f s while %.0f redemptions a second went on (p99 %.1f ms, %d shed); gateway's MB before, at most, after: %s%n",
                made.cards(),
                made.seconds(),
                made.offered(),
                made.p99(),
                made.shed(),
                made.resident()));
        out.printf(
                Locale.ROOT,
                "gateway's GC pauses: %d, p99 %.1f ms, longest %.1f ms; wrong answers: %d%n%n",
                pauses.count(),
                pauses.p99(),
                pauses.longest(),
                wrongAnswers());
    }

    /** Writes {@code bench.json} and {@code bench.svg}. */
    void write(Path folder) throws IOException {
        Path json = Files.createDirectories(folder).resolve("bench.json");
        JSON.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), json());
        Path unused = Files.writeString(folder.resolve("bench.svg"), new Chart(figures, versions, ledger).svg());
    }

    private ObjectNode json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("processors", versions.processors());
        json.put("java", versions.java());
        json.put("redis", versions.redis());
        json.put("postgresql", versions.postgresql());
        json.put("jvm", String.join(" ", settings.jvm()));
        json.put("rounds", settings.rounds());
        json.put("seconds", settings.seconds());
        json.put("connections", settings.connections());
        json.put("cards", settings.cards());
        json.put("items", settings.items());
        json.put("programs", settings.programs());
        json.put("gateways", settings.gateways());
        json.put("redis_mb_of_cards", redisBytes / BYTES_A_MB);
        json.put("gc_pauses", pauses.count());
        json.put("gc_pause_p99_ms", pauses.p99());
        json.put("wrong_answers", wrongAnswers());
        ledger.ifPresent(alone -> json.set("ledger_alone", alone.table()));
        steady.ifPresent(at -> json.putObject("steady")
                .put("share_percent", at.share())
                .put("offered_per_second", at.offered())
                .put("p50_ms", at.p50())
                .put("p99_ms", at.p99())
                .put("p999_ms", at.p999())
                .put("shed", at.shed()));
        batch.ifPresent(made -> json.putObject("batch")
                .put("cards", made.cards())
                .put("seconds", made.seconds())
                .put("offered_per_second", made.offered())
                .put("p99_ms", made.p99())
                .put("shed", made.shed())
                .put("resident_mb", made.resident()));
        ObjectNode scenarios = json.putObject("scenarios");
        for (Scenario scenario : figures.scenarios()) {
            ObjectNode one = scenarios.putObject(scenario.token());
            one.put("per_second", figures.median(scenario, round -> round.load().perSecond()));
            one.put("ratio", figures.ratio(scenario, round -> round.load().perSecond()));
            one.put("p50_ms", figures.median(scenario, round -> round.load().p50us() / 1e3));
            one.put("p99_ms", figures.median(scenario, round -> round.load().p99us() / 1e3));
            one.put("p999_ms", figures.median(scenario, round -> round.load().p999us() / 1e3));
            one.put("gateway_cpu_s_per_1000", figures.median(scenario, Round::gatewayCpuPerThousand));
            one.put("gateway_cpu_ratio", figures.ratio(scenario, Round::gatewayCpuPerThousand));
            one.put("redis_cpu_s_per_1000", figures.median(scenario, Round::redisCpuPerThousand));
            one.put("postgresql_cpu_s_per_1000", figures.median(scenario, Round::postgresCpuPerThousand));
            one.put("longest_lag_s", figures.longest(scenario, Round::lagSeconds));
        }
        return json;
    }

    private static String number(String form, double value) {
        return String.format(Locale.ROOT, form, value);
    }
}
