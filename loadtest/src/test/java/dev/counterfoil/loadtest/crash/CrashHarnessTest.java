package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.stack.Redis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashHarnessTest {
    @TempDir
    Path folder;

    @Test
    void a_folder_with_files_of_something_else_is_left_alone() throws Exception {
        Path file = Files.writeString(folder.resolve("thesis.txt"), "the only copy");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        int code = CrashHarness.play(
                new Plan(1, List.of(Fault.KILL_REDIS), 1, Duration.ofSeconds(1), Redis.Fsync.ALWAYS, folder),
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(code).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("holds files of something else");
        assertThat(file).hasContent("the only copy");
    }

    @Test
    void the_sums_are_good_only_when_every_planned_round_was_played_and_good() {
        Table table = new Table(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        Verdict nothing = Verdict.of(List.of(), List.of());
        Verdict good = Verdict.of(List.of(Told.redeemed("a", 1)), List.of(Told.row(1, "redemption", "a")));
        Round.Result played = result(good, "");

        assertThat(table.totals(List.of(played), 1)).isTrue();
        assertThat(table.totals(List.of(), 0)).isFalse();
        assertThat(table.totals(List.of(played), 2)).isFalse();
        assertThat(table.totals(List.of(result(nothing, "")), 1)).isFalse();
        assertThat(table.totals(List.of(result(good, "the auditor says no")), 1))
                .isFalse();
    }

    private static Round.Result result(Verdict verdict, String trouble) {
        return new Round.Result(1, Fault.KILL_REDIS, "", verdict, 1, trouble);
    }
}
