package dev.counterfoil.gateway;

import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.audit.AuditRow;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code counterfoil audit}. */
@Command(
        name = "audit",
        description = "Prints what was done, newest first: who, what, why; with --json also before and after.",
        mixinStandardHelpOptions = true)
final class AuditCommand extends StoreCommand {
    private static final int PAGE = 200;

    @Option(names = "--issuer", description = "Only what is this one's. Default: everything.")
    private @Nullable String issuer;

    @Option(names = "--act", description = "Only this, such as key.revoke.")
    private @Nullable String act;

    @Option(names = "--object", description = "Only of this, such as key:8m3k2v9x0c4d.")
    private @Nullable String object;

    @Option(names = "--actor", description = "Only by this one, such as key:8m3k2v9x0c4d or cli:root.")
    private @Nullable String actor;

    @Option(names = "--from", description = "Since then, as 2026-11-21T00:00:00Z.")
    private @Nullable Instant from;

    @Option(names = "--until", description = "Before then.")
    private @Nullable Instant until;

    @Option(names = "--limit", defaultValue = "200", description = "At most so many, 1..1000000. Default: 200.")
    private int limit;

    @Override
    int run(Stores stores) {
        if (limit < 1 || limit > 1_000_000) {
            throw wrongUse("--limit: " + limit + " (expected: 1..1000000)");
        }
        AuditLog audit = new AuditLog(stores.database());
        long before = Long.MAX_VALUE;
        int left = limit;
        List<AuditRow> page;
        do {
            page = audit.read(
                            new AuditLog.Wanted(issuer, before, act, object, actor, from, until, Math.min(left, PAGE)))
                    .await();
            page.forEach(row -> print(row.toJson(), line(row)));
            left -= page.size();
            before = page.isEmpty() ? 0 : page.get(page.size() - 1).id();
        } while (left > 0 && page.size() == PAGE);
        return Main.DONE;
    }

    private static String line(AuditRow row) {
        return "%s %-20s %-20s %-32s %s"
                .formatted(
                        row.at(),
                        row.actor().name(),
                        row.act(),
                        row.object(),
                        Objects.requireNonNullElse(row.actor().reason(), ""));
    }
}
