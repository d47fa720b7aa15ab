package dev.counterfoil.gateway;

import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.gateway.settings.LogsSettings;
import dev.counterfoil.gateway.settings.Settings;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code counterfoil serve}: runs until the process is asked to stop or an embedded server is lost, then stops in order. */
@Command(
        name = "serve",
        description = "Serves the API. This is what happens without a command, too.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    /** Made by picocli, which sets the parent. */
    @SuppressWarnings({"NullAway.Init", "unused"})
    ServeCommand() {}

    ServeCommand(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        Settings settings = main.settings();
        Logs.toStandardOutput(settings.logs());
        CompletableFuture<Integer> status = new CompletableFuture<>();
        Serve serving = Serve.start(settings);
        // The only hook: everything else that has to end is ended by it, in order, the log last.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            serving.close();
                            Logs.flush();
                            status.complete(Main.DONE);
                        },
                        "stop"));
        if (settings.logs().format() == LogsSettings.Format.TEXT) {
            serving.firstSteps().ifPresent(main.out()::println);
        }
        CompletableFuture<Void> unused = serving.lost().thenAccept(server -> status.complete(Main.FAILED));
        int code = status.join();
        if (code == Main.FAILED) {
            // Here and not in the hook, which finds the log closed when the process exits by itself.
            serving.close();
        }
        return code;
    }
}
