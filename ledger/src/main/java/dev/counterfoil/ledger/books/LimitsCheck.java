package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.books.BooksSide.CellRow;
import dev.counterfoil.ledger.books.BooksSide.QuotaRow;
import dev.counterfoil.ledger.books.RedisSide.QuotasNow;
import dev.counterfoil.ledger.books.RedisSide.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/** Compares what is no value and yet decides what may be spent: counters of limits, and the holds that are open. */
final class LimitsCheck {
    private static final int QUOTAS_A_READ = 2_000;

    private final Sides sides;
    private final CellRow row;
    private final Findings findings;
    private final LongPredicate settledPast;

    /** @param settledPast waits until a sequence is settled, and says what is wrong where it is not */
    LimitsCheck(Sides sides, CellRow row, Findings findings, LongPredicate settledPast) {
        this.sides = sides;
        this.row = row;
        this.findings = findings;
        this.settledPast = settledPast;
    }

    void compareQuotas() {
        String last = "";
        List<String> keys;
        do {
            String after = last;
            keys = sides.snapshot(books -> books.quotasAfter(row.id(), after, QUOTAS_A_READ));
            if (!keys.isEmpty()) {
                List<String> chunk = keys;
                last = chunk.get(chunk.size() - 1);
                Optional<QuotasNow> now = sides.redis.quotas(row.cell(), chunk);
                if (now.isEmpty() || !settledPast.test(now.get().sequence())) {
                    return;
                }
                sides.snapshot(books -> books.quotas(row.id(), chunk)).forEach(quota -> compare(quota, now.get()));
                sides.progress.at(row.cell() + " counters", findings.quotas, 0);
            }
        } while (keys.size() == QUOTAS_A_READ);
    }

    /** One that moved after the reading cannot be compared; one that has lapsed in Redis is soon forgotten by the books too. */
    private void compare(QuotaRow quota, QuotasNow now) {
        boolean lapsed = quota.expiresAtMs() > 0 && quota.expiresAtMs() <= now.nowMs();
        if (quota.sequence() > now.sequence() || lapsed) {
            return;
        }
        findings.quotas++;
        Long used = now.used().get(quota.key());
        if (used == null) {
            findings.differs("quota", quota.key(), "missing in Redis", quota.used());
        } else {
            findings.compare("quota", quota.key(), used, quota.used());
        }
    }

    /**
     * A hold of the books that was made before the reading has to be in it. One in the reading that the books do not have open
     * was closed since, and then it is gone from Redis now.
     */
    void compareHolds() {
        Optional<Reading<Long>> reading = sides.redis.holds(row.cell(), List.of());
        if (reading.isEmpty() || !settledPast.test(reading.get().sequence())) {
            return;
        }
        Map<String, Long> inRedis = reading.get().values();
        Map<Long, Long> inBooks = sides.snapshot(books -> books.openHolds(row.id()));
        inBooks.forEach((sequence, deadline) -> {
            if (sequence <= reading.get().sequence()) {
                Long found = inRedis.get(Long.toString(sequence));
                if (found == null) {
                    findings.differs("hold", Long.toString(sequence), "missing in Redis", deadline);
                } else {
                    findings.compare("hold", Long.toString(sequence), found, deadline);
                }
            }
        });
        List<String> unknown = new ArrayList<>();
        inRedis.keySet().forEach(sequence -> {
            if (!inBooks.containsKey(Long.valueOf(sequence)) && unknown.size() < Findings.KEPT) {
                unknown.add(sequence);
            }
        });
        if (!unknown.isEmpty()) {
            sides.redis
                    .holds(row.cell(), unknown)
                    .ifPresent(still -> still.values()
                            .forEach((sequence, deadline) ->
                                    findings.differs("hold", sequence, deadline, "not open in the books")));
        }
    }
}
