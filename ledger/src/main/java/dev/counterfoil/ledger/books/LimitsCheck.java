package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.books.BooksSide.CellRow;
import dev.counterfoil.ledger.books.BooksSide.QuotaRow;
import dev.counterfoil.ledger.books.RedisSide.HoldsPage;
import dev.counterfoil.ledger.books.RedisSide.QuotasNow;
import dev.counterfoil.ledger.books.RedisSide.Reading;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;

/** Compares what is no value and yet decides what may be spent: counters of limits, and the holds that are open. */
final class LimitsCheck {
    private static final int QUOTAS_A_READ = 2_000;
    private static final int HOLDS_A_READ = 5_000;

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

    void compareHolds() {
        if (compareHoldsOfBooks()) {
            compareHoldsOfRedis();
        }
    }

    /** A hold that the books have open after they are settled past a reading was open when Redis was read. */
    private boolean compareHoldsOfBooks() {
        long last = 0;
        List<Long> page;
        do {
            long after = last;
            page = sides.snapshot(books -> books.openHoldsAfter(row.id(), after, HOLDS_A_READ));
            if (!page.isEmpty()) {
                List<Long> chunk = page;
                last = chunk.get(chunk.size() - 1);
                Optional<Reading<Long>> reading = sides.redis.holds(row.cell(), chunk);
                if (reading.isEmpty() || !settledPast.test(reading.get().sequence())) {
                    return false;
                }
                Map<String, Long> inRedis = reading.get().values();
                sides.snapshot(books -> books.openHolds(row.id(), chunk))
                        .forEach((sequence, deadline) -> compare(Long.toString(sequence), inRedis, deadline));
            }
        } while (page.size() == HOLDS_A_READ);
        return true;
    }

    private void compare(String hold, Map<String, Long> inRedis, long deadline) {
        Long found = inRedis.get(hold);
        if (found == null) {
            findings.differs("hold", hold, "missing in Redis", deadline);
        } else {
            findings.compare("hold", hold, found, deadline);
        }
    }

    /** A hold of Redis that the books, once settled past the reading, do not have open was closed since, and is gone by now. */
    private void compareHoldsOfRedis() {
        Set<Long> named = new HashSet<>();
        String cursor = RedisSide.FIRST_PAGE;
        do {
            Optional<HoldsPage> page = sides.redis.holdsPage(row.cell(), cursor, HOLDS_A_READ);
            if (page.isEmpty() || !settledPast.test(page.get().sequence())) {
                return;
            }
            List<Long> unknown = new ArrayList<>(page.get().holds());
            unknown.removeAll(
                    sides.snapshot(books -> books.openHolds(row.id(), unknown)).keySet());
            if (!unknown.isEmpty()) {
                sides.redis
                        .holds(row.cell(), unknown)
                        .ifPresent(still -> still.values().forEach((hold, deadline) -> {
                            if (named.add(Long.valueOf(hold))) {
                                findings.differs("hold", hold, deadline, "not open in the books");
                            }
                        }));
            }
            cursor = page.get().next();
        } while (!cursor.equals(RedisSide.FIRST_PAGE));
    }
}
