package dev.counterfoil.gateway;

import dev.counterfoil.gateway.http.Metrics;
import dev.counterfoil.gateway.http.MetricsServer;
import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.settlement.SettleOnce;
import dev.counterfoil.ledger.settlement.Settler;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code counterfoil settle}: writes the journal to PostgreSQL without serving, beside any number of others that do. */
@Command(
        name = "settle",
        description = "Writes the journal to PostgreSQL without serving HTTP, until it is stopped.",
        footer = "%nExit code 0: done. 1: something is not in the books; the lines say what and why.",
        mixinStandardHelpOptions = true)
final class SettleCommand extends ChangeCommand {
    @Option(names = "--once", description = "Settle what is journaled by now, then end.")
    private boolean once;

    @Option(
            names = "--retry-dead-letters",
            description = "Settle what could not be settled before, in order, then end. For when the cause is mended.")
    private boolean retry;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Show metrics for Prometheus at /metrics on this port, 1..65535. Nowhere by default.")
    private @Nullable Integer metricsPort;

    @Option(
            names = "--metrics-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The address of --metrics-port. Default: ${DEFAULT-VALUE}; whoever reaches it needs no key.")
    private String metricsHost;

    /** Made by picocli, which sets the fields. */
    @SuppressWarnings("NullAway.Init")
    SettleCommand() {}

    @Override
    int run(Stores stores) {
        requireFitting();
        // What is settled from the Redis of another installation would falsify the books.
        new Installation(Pepper.of(stores.pepper()))
                .check(stores.database(), stores.redis())
                .await();
        if (!once && !retry) {
            return untilStopped(stores);
        }
        if (retry) {
            new AuditLog(stores.database())
                    .add(actor(), null, "dead_letters.retry", "installation", null)
                    .await();
        }
        SettleOnce settle = new SettleOnce(stores.database(), stores.connectRedis(), stores.settlement());
        boolean all = !once || report(settle.drain(), "settled");
        return (!retry || report(settle.retryDeadLetters(), "dead letters settled")) && all ? Main.DONE : Main.FAILED;
    }

    private void requireFitting() {
        Integer port = metricsPort;
        if (port == null) {
            return;
        } else if (port < 1 || port > 65_535) {
            throw wrongUse("--metrics-port: " + port + " (expected: 1..65535)");
        } else if (once || retry) {
            throw wrongUse("--metrics-port together with " + (once ? "--once" : "--retry-dead-letters")
                    + " (expected: one of them; what ends by itself is not scraped)");
        }
    }

    /** Returns whether all is in the books. */
    private boolean report(List<SettleOnce.Done> cells, String what) {
        long settled = 0;
        boolean all = true;
        for (SettleOnce.Done cell : cells) {
            settled += cell.settled();
            if (cell.deadLetters() > 0 || !cell.problem().isEmpty()) {
                all = false;
                print(
                        new JsonObject()
                                .put("cell", cell.cell().toString())
                                .put("settled", cell.settled())
                                .put("dead_letters", cell.deadLetters())
                                .put("problem", cell.problem()),
                        cell.cell() + ": " + cell.settled() + " " + what + ", " + cell.deadLetters()
                                + " dead letters left"
                                + (cell.problem().isEmpty() ? "" : ": " + cell.problem()));
            }
        }
        print(
                new JsonObject().put("cells", cells.size()).put("settled", settled),
                settled + " " + what + " in " + cells.size() + " cells");
        return all;
    }

    private int untilStopped(Stores stores) {
        Logs.toStandardOutput(settings().logs());
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            asked.countDown();
                            awaitQuietly(ended);
                            Logs.flush();
                        },
                        "stop"));
        try (Metrics metrics = new Metrics();
                AutoCloseable shown = show(metrics);
                Settler settler = stores.settler(metrics.registry(), Clock.systemUTC(), (cell, sequence) -> {})) {
            settler.start();
            awaitQuietly(asked);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            ended.countDown();
        }
        return Main.DONE;
    }

    private AutoCloseable show(Metrics metrics) {
        Integer port = metricsPort;
        return port == null ? () -> {} : MetricsServer.start(metricsHost, port, metrics);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
