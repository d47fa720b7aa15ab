package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.auditor.Auditor;
import dev.counterfoil.loadtest.stack.FreePort;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.WorkFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends a gateway of its own requests that are spoilt in every way, with good ones among them that move money, and ends with the
 * auditor. The exit code is 0 when every answer was one that the contract allows, nothing hung, leaked or was told, and the books
 * balance; 1 when not; 2 when nothing could be tried. {@link Plan} has the system properties.
 */
public final class RequestFuzzer {
    /** Whose the demo program is. */
    private static final String ISSUER = "demo";

    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;
    private static final int READY = 200;
    private static final int PARTS = 10;
    private static final int MOST_WARM_UP = 3_000;
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
    private static final Duration AUDIT_PATIENCE = Duration.ofMinutes(3);
    /** Of a gateway that is fuzzed: access lines are looked through for secrets; who is silent is cut off before it counts as forgotten. */
    public static final Map<String, String> SETTINGS = Map.of(
            "COUNTERFOIL_LOGS_ACCESS", "true",
            "COUNTERFOIL_HTTP_IDLE_TIMEOUT", "7s",
            "COUNTERFOIL_HTTP_BOUNDS_REQUEST_DEADLINE", "6s",
            // Pages of the fuzzer have addresses of their own.
            "COUNTERFOIL_HTTP_TRUSTED_PROXIES", "127.0.0.1",
            // All that is sent comes from one address, and much of it without a valid key.
            "COUNTERFOIL_LIMITS_ADDRESS_RATE", "off");

    private final Plan plan;
    private final Gateway gateway;
    private final Path data;
    private final Path log;
    private final long logBytesBefore;
    private final PrintStream out;
    private final List<String> wrong = new ArrayList<>();

    private RequestFuzzer(Plan plan, Gateway gateway, Path data, Path log, PrintStream out) throws IOException {
        this.plan = plan;
        this.gateway = gateway;
        this.data = data;
        this.log = log;
        this.logBytesBefore = Files.size(log);
        this.out = out;
    }

    public static void main(String[] args) {
        int code;
        try {
            code = play(Plan.fromProperties(), System.out);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
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

    private static int play(Plan plan, PrintStream out) throws IOException, InterruptedException {
        WorkFolder.clear(plan.folder());
        out.println("seed " + plan.seed() + " (-Dseed=" + plan.seed() + " draws the same requests)");
        Installation installation = Installation.empty(plan.folder());
        Gateway gateway = Gateway.start(
                installation,
                "gateway",
                FreePort.choose(),
                List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"),
                SETTINGS);
        int code;
        try {
            gateway.awaitReady();
            code = fuzz(plan, gateway, installation.data(), installation.log("gateway"), out);
        } finally {
            gateway.stop(STOPPED_WITHIN);
        }
        if (code == 0) {
            WorkFolder.delete(plan.folder());
        } else {
            out.println("log and data are kept in " + plan.folder());
        }
        return code;
    }

    /**
     * The same with a gateway that runs, and of which nobody else asks anything meanwhile; returns the exit code of {@link #main}.
     *
     * @param data of its embedded servers
     * @param log that it writes
     */
    static int fuzz(Plan plan, Gateway gateway, Path data, Path log, PrintStream out)
            throws IOException, InterruptedException {
        return new RequestFuzzer(plan, gateway, data, log, out).run();
    }

    private int run() throws IOException, InterruptedException {
        Contract contract = Contract.parse(get("/openapi.yaml").body());
        Target target = Target.demo(data).at(gateway.url());
        List<Guest> guests = Guests.prepare(gateway, target.program(), ISSUER);
        World world = World.prepare(target, Target.demoKeys(data), guests);
        URI url = URI.create(gateway.url());
        InetSocketAddress server = new InetSocketAddress(url.getHost(), url.getPort());
        Shots shots = new Shots(contract, world, url.getAuthority(), plan.seed());
        Learner learner = new Learner(world);
        try (Barrage barrage =
                new Barrage(server, shots, new Oracle(contract), learner, plan.connections(), Gun.HANGS_AFTER, out)) {
            out.println(contract.routes().size() + " operations, "
                    + world.keys().size() + " keys, " + guests.size() + " of pages and of another tenant, "
                    + Mutation.ALL.stream().mapToInt(List::size).sum() + " mutations");
            new Admission(contract, world, shots, learner).find(barrage);
            Footprint before = send(barrage);
            barrage.tally().print(out);
            List<String> without = contract.routes().stream()
                    .map(Route::toString)
                    .filter(route -> !barrage.tally().successful().contains(route))
                    .toList();
            out.println((contract.routes().size() - without.size()) + " operations succeeded; never: " + without);
            aftermath(world, before);
            for (Finding each : barrage.findings()) {
                wrong.add(each.what());
                each.print(out, plan.seed(), barrage.smallest(each));
            }
            int audit = Auditor.audit(Addresses.embedded(data), "", AUDIT_PATIENCE, out);
            return verdict(barrage.tally().sent(), audit);
        }
    }

    /** Sends all; returns what the gateway held on to when the first were answered. */
    private Footprint send(Barrage barrage) throws IOException, InterruptedException {
        long start = System.nanoTime();
        int warmUp = Math.min(plan.requests() / PARTS, MOST_WARM_UP);
        barrage.fire(plan.from(), plan.from() + warmUp);
        Footprint before = Footprint.of(gateway);
        for (int part = 1; part <= PARTS && barrage.findings().size() < Barrage.MOST_FINDINGS; part++) {
            int rest = plan.requests() - warmUp;
            long from = plan.from() + warmUp + (long) rest * (part - 1) / PARTS;
            barrage.fire(from, plan.from() + warmUp + (long) rest * part / PARTS);
            out.printf(
                    Locale.ROOT,
                    "%8d sent, %d findings, %.0f s%n",
                    barrage.tally().sent(),
                    barrage.findings().size(),
                    (System.nanoTime() - start) / 1e9);
        }
        return before;
    }

    /** What the gateway is like when all are gone. */
    private void aftermath(World world, Footprint before) throws IOException, InterruptedException {
        HttpResponse<String> ready = get("/health/ready");
        if (ready.statusCode() != READY) {
            wrong.add("NOT READY: " + ready.statusCode() + " " + ready.body());
        }
        Footprint after = Footprint.of(gateway);
        out.println();
        out.println("before " + before.summary());
        out.println("after  " + after.summary());
        List<String> aftermath = new ArrayList<>(after.leaked(before));
        Traces traces = new Traces(world.secrets());
        aftermath.addAll(traces.log(log, logBytesBefore));
        aftermath.addAll(traces.metrics(after.metrics()));
        aftermath.forEach(out::println);
        wrong.addAll(aftermath);
    }

    private int verdict(long sent, int audit) {
        out.println();
        if (wrong.isEmpty() && audit == 0) {
            out.println("HELD: " + sent + " requests, seed " + plan.seed());
            return 0;
        }
        out.println((wrong.isEmpty() && audit == IMPOSSIBLE ? "NO VERDICT" : "DID NOT HOLD") + ": " + sent
                + " requests, seed " + plan.seed() + ", " + wrong.size() + " findings, auditor " + audit);
        return wrong.isEmpty() ? audit : WRONG;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .timeout(Gun.HANGS_AFTER)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
