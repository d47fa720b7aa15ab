package dev.counterfoil.gateway;

import dev.counterfoil.gateway.settings.DurationText;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.books.Reconciliation;
import dev.counterfoil.ledger.settlement.Settler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code counterfoil reconcile}: proves that Redis and the books agree, beside a running gateway or without one. */
@Command(
        name = "reconcile",
        aliases = "verify",
        description =
                "Compares every card, account, item, limit and open hold in Redis with the books in PostgreSQL, while redemptions go on.",
        footer = "%nExit code 0: they agree. 1: they do not; the first differences are shown.",
        mixinStandardHelpOptions = true)
final class ReconcileCommand extends StoreCommand {
    @Option(
            names = "--program",
            description = "Only this one's cells. Default: all, and cards that the books do not know.")
    private @Nullable String program;

    @Option(
            names = "--patience",
            defaultValue = "30s",
            converter = PatienceConverter.class,
            description = "How long settlement may take to catch up. Default: 30s.")
    private Duration patience = Duration.ofSeconds(30);

    @Override
    int run(Stores stores) {
        // Where no gateway runs, nobody else would settle what is still in the journal.
        Reconciliation result;
        try (Settler settler = stores.settler(new SimpleMeterRegistry(), Clock.systemUTC(), (cell, sequence) -> {});
                ProgressLine progress = progress()) {
            Reconcile reconcile =
                    new Reconcile(stores.database(), stores.connectRedis(), settler::markDirty, patience, progress);
            result = program == null ? reconcile.all() : reconcile.program(program);
        }
        print(result.toJson(), result.table().stripTrailing());
        return result.balanced() ? Main.DONE : Main.FAILED;
    }

    /** Durations as in the settings. */
    static final class PatienceConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return DurationText.parse(text)
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' (expected: as 500ms, 10s or 5m)"));
        }
    }
}
