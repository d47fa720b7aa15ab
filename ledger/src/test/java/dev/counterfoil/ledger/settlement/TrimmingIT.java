package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.Cell;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrimmingIT {
    private static final int POSTS = 500;

    /**
     * As after a settler that was killed between its commit and its trimming. Were that journal full, nothing more would be
     * posted, and so nothing more settled that would be followed by a trimming.
     */
    @Test
    void what_another_settler_settled_and_did_not_trim_is_trimmed_although_nothing_more_is_posted() {
        try (SettlementBench bench = new SettlementBench()) {
            Cell cell = bench.program("demo");
            HandWrittenJournal journal = new HandWrittenJournal(bench.redis, cell);
            journal.stock("crab", 1_000);
            journal.issue(1, 1_000_000);
            for (int i = 0; i < POSTS; i++) {
                journal.redeem(1, 1, "crab", "u", "r" + i);
                journal.flush();
            }
            JournalReader reader = new JournalReader(bench.redis);
            try (Settler keeping = bench.settler(SettlementBench.quick())) {
                keeping.start();
                await().atMost(Duration.ofSeconds(20)).until(() -> bench.settled(cell) == journal.sequence());
            }
            assertThat(reader.at(cell, 3)).as("kept by that settler").isPresent();

            SettlementSettings trims =
                    new SettlementSettings(2, 1_000, Duration.ofMillis(5), Duration.ofMillis(50), 50);
            try (Settler next = bench.settler(trims)) {
                next.start();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> reader.at(cell, 3).isEmpty());
                assertThat(reader.at(cell, journal.sequence() - 49)).isPresent();
            }
        }
    }
}
