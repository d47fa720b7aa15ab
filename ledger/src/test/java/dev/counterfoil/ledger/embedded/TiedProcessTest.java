package dev.counterfoil.ledger.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shell loops stand in for servers: what is tested is how they end. */
class TiedProcessTest {
    private static final String OBEYS = "echo up; while :; do sleep 0.05; done";
    private static final String IGNORES_TERM = "trap '' TERM; echo up; while :; do sleep 0.05; done";
    private static final String LEAVES = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done";

    @TempDir
    Path folder;

    private ProcessHandle bystander;

    @AfterEach
    void end_the_bystander() {
        if (bystander != null) {
            bystander.destroyForcibly();
        }
    }

    @Test
    void a_stop_lets_the_server_finish_in_order() throws IOException {
        TiedProcess server = start(LEAVES, "mine");
        server.stop();
        assertThat(server.isAlive()).isFalse();
        assertThat(output()).isEqualTo("up\nbye\n");
    }

    @Test
    void a_server_that_ignores_the_signal_is_killed_after_its_grace() {
        TiedProcess server = start(IGNORES_TERM, "mine");
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        long begin = System.nanoTime();
        server.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(900), Duration.ofSeconds(6));
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void an_orphan_that_ignores_the_signal_is_killed_by_the_next_start() throws IOException {
        bystander = unrelated(IGNORES_TERM, "mine");
        Files.writeString(folder.resolve("pid"), bystander.pid() + "\n");
        TiedProcess server = start(OBEYS, "mine");
        assertThat(bystander.isAlive()).isFalse();
        assertThat(server.isAlive()).isTrue();
        server.stop();
    }

    @Test
    void a_stranger_that_was_given_the_process_id_is_left_alone() throws IOException {
        bystander = unrelated(OBEYS, "another");
        Files.writeString(folder.resolve("pid"), bystander.pid() + "\n");
        TiedProcess server = start(OBEYS, "mine");
        server.stop();
        assertThat(bystander.isAlive()).isTrue();
    }

    @Test
    void a_kill_ends_the_server_and_its_children() {
        TiedProcess server = start("sleep 60 & echo up; wait", "mine");
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        List<ProcessHandle> children = process.children().toList();
        assertThat(children).hasSize(1);
        server.kill();
        assertThat(process.isAlive()).isFalse();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void only_an_end_that_nobody_asked_for_is_a_loss() {
        AtomicInteger losses = new AtomicInteger();
        TiedProcess server = start(OBEYS, "mine");
        server.serving(losses::incrementAndGet);
        server.stop();
        server = start(OBEYS, "mine");
        server.serving(losses::incrementAndGet);
        server.kill();
        assertThat(losses).hasValue(0);
        server = start("echo up; exit 3", "mine");
        server.serving(losses::incrementAndGet);
        await().untilAsserted(() -> assertThat(losses).hasValue(1));
    }

    @Test
    void a_server_that_ends_by_itself_is_noticed() {
        TiedProcess server = start("echo up; exit 3", "mine");
        assertThat(server.await(Duration.ofSeconds(10))).hasValue(3);
        assertThat(server.isAlive()).isFalse();
    }

    /** Returns when the loop has printed, and so has set its trap. */
    private TiedProcess start(String loop, String mark) {
        TiedProcess server = TiedProcess.start(new TiedProcess.Launch(
                "loop",
                List.of("/bin/sh", "-c", loop, mark),
                mark,
                folder.resolve("pid"),
                folder.resolve("output"),
                folder.resolve("log"),
                "TERM",
                Duration.ofSeconds(1)));
        await().until(() -> output().startsWith("up"));
        return server;
    }

    private ProcessHandle unrelated(String loop, String mark) throws IOException {
        Path printed = folder.resolve("unrelated");
        Process process = new ProcessBuilder("/bin/sh", "-c", loop, mark)
                .redirectOutput(printed.toFile())
                .start();
        await().until(() -> Files.readString(printed).startsWith("up"));
        return process.toHandle();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }
}
