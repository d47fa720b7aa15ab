package dev.counterfoil.gateway;

/**
 * Stops this process in order when the process that started it ends.
 *
 * <p>{@code ./mvnw exec:exec} starts the gateway as a child of Maven. A Maven that is killed could not take it along,
 * and what is left would hold the port against the next start.
 */
final class ExitWithParent {
    /** The system property that asks for it: {@code -Dcounterfoil.exit-with-parent=true}. */
    static final String PROPERTY = "counterfoil.exit-with-parent";

    /** The exit status then, for whoever still looks: as if the hang-up had been delivered (128 + SIGHUP). */
    static final int STATUS = 129;

    private ExitWithParent() {}

    /** Begins to watch if {@link #PROPERTY} is set; call it first thing in {@code main}. */
    static void ifAsked() {
        if (Boolean.getBoolean(PROPERTY)) {
            ProcessHandle.current().parent().ifPresent(ExitWithParent::watch);
        }
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
