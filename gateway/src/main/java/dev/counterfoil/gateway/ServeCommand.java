package dev.counterfoil.gateway;

import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.gateway.settings.LogsSettings;
import dev.counterfoil.gateway.settings.Settings;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code counterfoil serve}: runs until the process is asked to stop, then stops in order. */
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
    public Integer call() throws InterruptedException {
        Settings settings = main.settings();
        Logs.toStandardOutput(settings.logs());
        CountDownLatch stopped = new CountDownLatch(1);
        Serve serving = Serve.start(settings);
        // The only hook: everything else that has to end is ended by it, in order, the log last.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            serving.close();
                            Logs.flush();
                            stopped.countDown();
                        },
                        "stop"));
        if (settings.logs().format() == LogsSettings.Format.TEXT) {
            serving.firstSteps().ifPresent(main.out()::println);
        }
        stopped.await();
        return Main.DONE;
    }
}
