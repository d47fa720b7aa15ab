package dev.counterfoil.gateway;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Stops this process in order when the process that started it ends; and that one when this one could not start.
 *
 * <p>{@code ./mvnw exec:exec} starts the gateway as a child of Maven. A Maven that is killed could not take it along,
 * and what is left would hold the port against the next start.
 */
final class ExitWithParent {
    /** The system property that asks for it: {@code -Dcounterfoil.exit-with-parent=true}. */
    static final String PROPERTY = "counterfoil.exit-with-parent";

    /** The exit status then, for whoever still looks: as if the hang-up had been delivered (128 + SIGHUP). */
    static final int STATUS = 129;

    private static final String MAVEN = "org.codehaus.plexus.classworlds.launcher.Launcher";

    private ExitWithParent() {}

    /** Begins to watch if {@link #PROPERTY} is set; call it first thing in {@code main}. */
    static void ifAsked() {
        if (Boolean.getBoolean(PROPERTY)) {
            ProcessHandle.current().parent().ifPresent(ExitWithParent::watch);
        }
    }

    /**
     * Ends the Maven that started this process, which failed and has said why: Maven would add ten lines of its own. Its exit
     * status is then that of a process that was terminated, 143. Does nothing to a parent that is not Maven's launcher, such as
     * a daemon or an IDE.
     */
    static void takeAlong() {
        if (Boolean.getBoolean(PROPERTY)) {
            ProcessHandle.current()
                    .parent()
                    .filter(parent -> isMaven(parent.info()))
                    .ifPresent(parent -> {
                        boolean asked = parent.destroy();
                        if (asked) {
                            parent.onExit()
                                    .completeOnTimeout(parent, 10, TimeUnit.SECONDS)
                                    .join();
                        }
                    });
        }
    }

    private static boolean isMaven(ProcessHandle.Info parent) {
        return parent.arguments()
                .map(arguments -> Arrays.asList(arguments).contains(MAVEN))
                .orElse(false);
    }

    private static void watch(ProcessHandle parent) {
        Thread thread = new Thread(
                () -> {
                    parent.onExit().join();
                    System.exit(STATUS);
                },
                "exit-with-parent");
        thread.setDaemon(true);
        thread.start();
    }
}
