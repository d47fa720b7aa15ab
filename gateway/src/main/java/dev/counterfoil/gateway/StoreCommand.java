package dev.counterfoil.gateway;

import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that works on the stores: beside a running gateway on its embedded servers, or on those that the settings name. */
abstract class StoreCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Made by picocli, which sets the fields. */
    @SuppressWarnings("NullAway.Init")
    StoreCommand() {}

    /** Does the work and gives the exit code. The stores are open and migrated. */
    abstract int run(Stores stores);

    @Override
    public final Integer call() {
        try (Stores stores = Stores.forCommand(settings())) {
            try {
                stores.database().migrate();
            } catch (DatabaseUnavailable e) {
                if (!worksWithoutPostgres()) {
                    throw e;
                }
            }
            return run(stores);
        }
    }

    /** Whether the work makes sense while PostgreSQL is away. */
    boolean worksWithoutPostgres() {
        return false;
    }

    /** The settings that this command line and the environment name. */
    final Settings settings() {
        return ((Main) spec.root().userObject()).settings();
    }

    /** One result, in the form that was asked for. */
    final void print(JsonObject object, String line) {
        out().println(json ? object.encode() : line);
    }

    /** Standard output, for results. */
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Standard error, for everything else. */
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Shows how far this command is; closed before results are printed last. */
    final ProgressLine progress() {
        // From JDK 22 on there is a console also where the streams lead to files.
        return new ProgressLine(err(), System.console() != null && System.getenv("TERM") != null);
    }

    /** What to throw where the options do not fit together. */
    final ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
