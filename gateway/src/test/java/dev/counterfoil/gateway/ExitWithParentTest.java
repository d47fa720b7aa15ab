package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExitWithParentTest {
    @Test
    void a_parent_killed_outright_takes_the_process_along() throws Exception {
        Process shell = startChildOfAShell("-D" + ExitWithParent.PROPERTY + "=true");
        ProcessHandle child = childOf(shell);
        try {
            shell.destroyForcibly().waitFor();

            child.onExit().get(20, TimeUnit.SECONDS);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void without_the_property_the_process_outlives_its_parent() throws Exception {
        Process shell = startChildOfAShell("-Dunrelated=true");
        ProcessHandle child = childOf(shell);
        try {
            shell.destroyForcibly().waitFor();

            assertThat(child.onExit()
                            .completeOnTimeout(null, 1, TimeUnit.SECONDS)
                            .get())
                    .isNull();
            assertThat(child.isAlive()).isTrue();
        } finally {
            child.destroyForcibly();
        }
    }

    private static Process startChildOfAShell(String property) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "\"$0\" \"$@\" & wait",
                        java,
                        property,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Waiting.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Returns once the child runs and watches. */
    private static ProcessHandle childOf(Process shell) throws IOException {
        BufferedReader lines = shell.inputReader(StandardCharsets.UTF_8);
        long pid = Long.parseLong(lines.readLine());
        return ProcessHandle.of(pid).orElseThrow();
    }

    /** Says its process id and waits. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws InterruptedException {
            ExitWithParent.ifAsked();
            System.out.println(ProcessHandle.current().pid());
            Thread.sleep(60_000);
        }
    }
}
