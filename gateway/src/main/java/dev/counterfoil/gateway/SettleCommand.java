package dev.counterfoil.gateway;

import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.settlement.SettleOnce;
import dev.counterfoil.ledger.settlement.Settler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code counterfoil settle}: writes the journal to PostgreSQL without serving, beside any number of others that do. */
@Command(
        name = "settle",
        description = "Writes the journal to PostgreSQL without serving HTTP, until it is stopped.",
        footer = "%nExit code 0: done. 1: something is not in the books; the lines say what and why.",
        mixinStandardHelpOptions = true)
final class SettleCommand extends StoreCommand {
    @Option(names = "--once", description = "Settle what is journaled by now, then end.")
    private boolean once;

    @Option(
            names = "--retry-dead-letters",
            description = "Settle what could not be settled before, in order, then end. For when the cause is mended.")
    private boolean retry;

    @Override
    int run(Stores stores) {
        // What is settled from the Redis of another installation would falsify the books.
        new Installation(Pepper.of(stores.pepper()))
                .check(stores.database(), stores.redis())
                .await();
        if (!once && !retry) {
            return untilStopped(stores);
        }
        SettleOnce settle = new SettleOnce(stores.database(), stores.connectRedis(), stores.settlement());
        boolean all = !once || report(settle.drain(), "settled");
        return (!retry || report(settle.retryDeadLetters(), "dead letters settled")) && all ? Main.DONE : Main.FAILED;
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
        try (Settler settler = stores.settler(new SimpleMeterRegistry(), Clock.systemUTC(), (cell, sequence) -> {})) {
            settler.start();
            awaitQuietly(asked);
        } finally {
            ended.countDown();
        }
        return Main.DONE;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
