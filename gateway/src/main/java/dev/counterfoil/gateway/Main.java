package dev.counterfoil.gateway;

import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.gateway.settings.SettingsException;
import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. Without a subcommand it serves. */
@Command(
        name = "counterfoil",
        description = "A redemption gateway for prepaid cards. Without a command it serves.",
        subcommands = {
            ServeCommand.class,
            ProgramsCommand.class,
            KeysCommand.class,
            AuditCommand.class,
            ReconcileCommand.class,
            SettleCommand.class,
            RebuildCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "[COMMAND]",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed, or what was checked is not as it should be",
            "2:the command line or a setting is wrong",
        })
public final class Main implements Callable<Integer> {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "YAML file with settings; see config/counterfoil.yaml. Environment: COUNTERFOIL_CONFIG.")
    private @Nullable Path config;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private final Map<String, String> environment;

    /** picocli sets the options. */
    @SuppressWarnings("NullAway.Init")
    Main(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        ExitWithParent.ifAsked();
        Logs.warningsToStandardError();
        int status = commandLine(System.getenv()).execute(args);
        Logs.flush();
        if (status != DONE) {
            ExitWithParent.takeAlong();
        }
        System.exit(status);
    }

    /** The whole command line, reading settings from {@code environment} too. */
    static CommandLine commandLine(Map<String, String> environment) {
        Main main = new Main(environment);
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> {
                    e.getCommandLine().getErr().println("counterfoil: " + oneLine(e) + " (see --help)");
                    return WRONG_USE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("counterfoil: " + oneLine(e));
                    if (main.debug) {
                        e.printStackTrace(command.getErr());
                    }
                    return e instanceof SettingsException || e instanceof InvalidField ? WRONG_USE : FAILED;
                });
    }

    @Override
    public Integer call() throws Exception {
        return new ServeCommand(this).call();
    }

    /** The settings that this command line and the environment name. */
    Settings settings() {
        return SettingsFile.load(Optional.ofNullable(config), environment);
    }

    /** Standard output, for results. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static String oneLine(Throwable failure) {
        if (failure instanceof InvalidField field) {
            return "--" + field.pointer().substring(1) + ": " + field.detail();
        }
        String message = failure.getMessage();
        return (message == null ? failure.toString() : message)
                .lines()
                .findFirst()
                .orElse("failed");
    }

    /** {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"counterfoil " + BuildInfo.read().version()};
        }
    }
}
