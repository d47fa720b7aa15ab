package dev.counterfoil.gateway;

import dev.counterfoil.ledger.catalog.CatalogChange;
import dev.counterfoil.ledger.catalog.CatalogChange.Applied;
import dev.counterfoil.ledger.catalog.CatalogChange.Declined;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Fields;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code counterfoil programs create|list}. */
@Command(
        name = "programs",
        description = "Makes and lists programs.",
        subcommands = {ProgramsCommand.Create.class, ProgramsCommand.ListAll.class, CommandLine.HelpCommand.class},
        mixinStandardHelpOptions = true)
final class ProgramsCommand {
    private ProgramsCommand() {}

    private static JsonObject json(Program program) {
        return new JsonObject()
                .put("id", program.id())
                .put("issuer", program.issuer())
                .put("name", program.name())
                .put("zone", program.zone().getId())
                .put("mode", program.mode().token())
                .put("assets", new JsonArray(program.assets()))
                .put("created_at", program.createdAt().toString());
    }

    private static String line(Program program) {
        return "%-20s %-20s %-5s %-20s %-20s %s"
                .formatted(
                        program.id(),
                        program.issuer(),
                        program.mode().token(),
                        program.zone(),
                        String.join(",", program.assets()),
                        program.name());
    }

    /** {@code programs create}. */
    @Command(
            name = "create",
            description = "Makes a program, and its issuer where that is new. The same again changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Create extends ChangeCommand {
        @Option(names = "--id", required = true, description = "Its name in URLs, such as spring-sale.")
        private String id;

        @Option(names = "--issuer", required = true, description = "The tenant that owns it, such as acme.")
        private String issuer;

        @Option(names = "--name", description = "What people call it. Default: the id.")
        private @Nullable String name;

        @Option(
                names = "--zone",
                required = true,
                description = "The time zone of its business days, such as Asia/Shanghai.")
        private String zone;

        @Option(
                names = "--assets",
                required = true,
                split = ",",
                description = "What its cards hold and its items cost, such as CNY,points,pick.")
        private List<String> assets;

        @Option(names = "--mode", defaultValue = "test", description = "test or live. Default: test.")
        private Mode mode;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Create() {}

        @Override
        int run(Stores stores) {
            CatalogEditor editor = new CatalogEditor(
                            new CatalogStore(stores.database()),
                            new CatalogPublisher(stores.database(), stores.redis()))
                    .as(actor());
            CatalogChange<Program> change = editor.createProgram(new ProgramDraft(
                            id,
                            issuer,
                            name == null ? id : name,
                            Fields.zone("/zone", zone),
                            mode,
                            assets,
                            Limits.NONE))
                    .await();
            if (change instanceof Declined<Program> declined) {
                throw new IllegalStateException(declined.detail());
            }
            Program program = ((Applied<Program>) change).value();
            print(
                    json(program).put("expected_hits_of_a_million", expectedHits(program)),
                    line(program) + System.lineSeparator() + guessing(program));
            return Main.DONE;
        }

        private static JsonObject expectedHits(Program program) {
            JsonObject hits = new JsonObject();
            for (SecretFormat format : SecretFormat.values()) {
                hits.put(format.id(), format.expectedHitsAYear(program.limits().failuresADay(), 1_000_000));
            }
            return hits;
        }

        private static String guessing(Program program) {
            long failures = program.limits().failuresADay();
            return String.format(
                    Locale.ROOT,
                    "Guessing: %d failed attempts a day with publishable keys, then challenges; of a million live cards a guesser finds"
                            + " %.1e a year (%s) or %.1e (%s)",
                    failures,
                    SecretFormat.CROCKFORD.expectedHitsAYear(failures, 1_000_000),
                    SecretFormat.CROCKFORD.id(),
                    SecretFormat.DIGITS.expectedHitsAYear(failures, 1_000_000),
                    SecretFormat.DIGITS.id());
        }
    }

    /** {@code programs list}. */
    @Command(name = "list", description = "Lists programs.", mixinStandardHelpOptions = true)
    static final class ListAll extends ListCommand<Program> {
        @Override
        List<Program> page(Stores stores, String of, String after, int size) {
            return new CatalogStore(stores.database()).programs(of, after, size).await();
        }

        @Override
        String id(Program program) {
            return program.id();
        }

        @Override
        void print(Program program) {
            print(json(program), line(program));
        }
    }
}
