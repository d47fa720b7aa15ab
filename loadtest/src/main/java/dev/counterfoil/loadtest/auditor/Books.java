package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Mention;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Settled;
import dev.counterfoil.loadtest.auditor.PostgresBooks.SettledPosting;
import dev.counterfoil.loadtest.auditor.RedisBooks.Journaled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The audit itself, without a server. The transactions of PostgreSQL are counted again first; the state found in
 * PostgreSQL must equal that count. Then the journal's tail is counted on top, and the state found in Redis must equal
 * the sum. Each transaction is compared on the way with its row, its journal entry, its postings and its key.
 */
final class Books {
    /** The shortest time that a key is remembered; past it the same key may post again. */
    static final long KEY_LIFETIME_MS = 24 * 60 * 60 * 1000L;

    private final RedisBooks redis;
    private final PostgresBooks postgres;
    private final Report report = new Report();
    private final Recount recount = new Recount(report);
    private final Accounts written = new Accounts();
    private final TreeMap<Long, Journaled> journal = new TreeMap<>();
    private final Keys keys;
    private long last;

    private Books(RedisBooks redis, PostgresBooks postgres) {
        this.redis = redis;
        this.postgres = postgres;
        this.keys = new Keys(report, redis.nowMs());
    }

    /** Compares all of a cell in both stores. */
    static Report compare(RedisBooks redis, PostgresBooks postgres) {
        return new Books(redis, postgres).compare();
    }

    private Report compare() {
        report.examined(
                Check.READABLE,
                redis.cards().size()
                        + redis.units().size()
                        + redis.pools().size()
                        + redis.quotas().size()
                        + redis.records().size());
        redis.malformed().forEach(row -> report.wrong(Check.READABLE, row));
        readJournal();
        settled();
        long settledTo = last;
        State state = new State(report, recount);
        state.comparePostgresql(postgres, written);
        journal.tailMap(settledTo, false).values().forEach(this::unsettled);
        state.compareRedis(redis, postgres);
        keys.compare(redis.records());
        complete(settledTo);
        state.totals(redis, postgres);
        return report;
    }

    private void complete(long settledTo) {
        report.expect(
                Check.COMPLETE,
                redis.epoch() == postgres.epoch(),
                () -> "epoch is " + redis.epoch() + " in Redis, " + postgres.epoch() + " in PostgreSQL");
        report.expect(
                Check.COMPLETE,
                postgres.settledSequence() == redis.sequence(),
                () -> "settled to " + postgres.settledSequence() + " of " + redis.sequence());
        report.expect(
                Check.COMPLETE,
                postgres.settledSequence() == settledTo,
                () -> "the cursor is at " + postgres.settledSequence() + ", the last transaction in PostgreSQL is "
                        + settledTo);
        report.expect(
                Check.SEQUENCE,
                last == redis.sequence(),
                () -> "Redis' sequence is " + redis.sequence() + ", the last transaction is " + last);
    }

    private void readJournal() {
        long before = 0;
        for (Journaled entry : redis.journal()) {
            long expected = before == 0 ? entry.sequence() : before + 1;
            if (entry.sequence() != expected) {
                report.wrong(
                        Check.SEQUENCE, "the journal goes on with " + entry.sequence() + " after " + (expected - 1));
            }
            before = entry.sequence();
            journal.putIfAbsent(entry.sequence(), entry);
        }
    }

    private void settled() {
        RowsBySequence<SettledPosting> postings = new RowsBySequence<>(
                postgres.postings(),
                SettledPosting::sequence,
                row -> report.wrong(Check.POSTINGS, "sequence " + row.sequence() + " has no transaction: " + row));
        RowsBySequence<Mention> mentions = new RowsBySequence<>(
                postgres.mentions(),
                Mention::sequence,
                row -> report.wrong(Check.COLUMNS, "sequence " + row.sequence() + " has no transaction: " + row));
        for (Settled row : postgres.transactions()) {
            follows(row.sequence());
            Journaled entry = journal.get(row.sequence());
            if (entry != null) {
                sameBytes(row, entry);
            }
            List<SettledPosting> rowPostings = postings.of(row.sequence());
            rowPostings.forEach(posting -> written.add(posting.posting()));
            List<Mention> rowMentions = mentions.of(row.sequence());
            try {
                Recorded transaction = Recorded.parse(row.sequence(), row.data(), row.result());
                keys.posted(transaction);
                columns(row, transaction);
                Recount.Entry entries = recount.post(transaction);
                postings(row, entries, rowPostings);
                mentions(row, entries, rowMentions);
            } catch (Recorded.Malformed e) {
                report.wrong(Check.ARITHMETIC, "sequence " + row.sequence() + " in PostgreSQL: " + e.getMessage());
            }
        }
        postings.finish();
        mentions.finish();
    }

    private void unsettled(Journaled entry) {
        follows(entry.sequence());
        try {
            Recorded transaction = Recorded.parse(entry.sequence(), entry.data(), entry.result());
            keys.posted(transaction);
            Recount.Entry ignored = recount.post(transaction);
        } catch (Recorded.Malformed e) {
            report.wrong(Check.ARITHMETIC, "sequence " + entry.sequence() + " in the journal: " + e.getMessage());
        }
    }

    private void follows(long sequence) {
        long expected = last + 1;
        report.expect(
                Check.SEQUENCE,
                sequence == expected,
                () -> sequence < expected
                        ? "sequence " + sequence + " stands twice"
                        : "sequences " + expected + " to " + (sequence - 1) + " are missing");
        last = Math.max(last, sequence);
    }

    private void sameBytes(Settled row, Journaled entry) {
        report.expect(
                Check.JOURNAL,
                row.data().equals(entry.data()),
                () -> "sequence " + row.sequence() + ": data differ at character " + differ(row.data(), entry.data()));
        report.expect(
                Check.JOURNAL,
                row.result().equals(entry.result()),
                () -> "sequence " + row.sequence() + ": results differ at character "
                        + differ(row.result(), entry.result()));
    }

    /** Where two texts part. The texts themselves may name accounts. */
    private static int differ(String one, String other) {
        int at = 0;
        while (at < Math.min(one.length(), other.length()) && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }

    private void columns(Settled row, Recorded transaction) {
        List<String> wrong = new ArrayList<>();
        column(wrong, "at", row.atMs(), transaction.atMs());
        column(wrong, "type", row.type(), transaction.type());
        column(wrong, "client", row.client(), transaction.client());
        column(wrong, "idem", row.key(), transaction.key());
        column(wrong, "fingerprint", row.fingerprint(), transaction.fingerprint());
        column(wrong, "account", row.account(), transaction.requested("account"));
        column(wrong, "reference", row.reference(), transaction.requested("reference"));
        report.expect(Check.COLUMNS, wrong.isEmpty(), () -> "sequence " + row.sequence() + ": " + wrong);
    }

    private static void column(List<String> wrong, String name, @Nullable Object found, @Nullable Object expected) {
        if (!Objects.equals(found, expected)) {
            wrong.add(name);
        }
    }

    private void postings(Settled row, Recount.Entry expected, List<SettledPosting> found) {
        List<Posting> rows = found.stream().map(SettledPosting::posting).toList();
        report.expect(
                Check.POSTINGS,
                inOneOrder(rows).equals(inOneOrder(expected.postings())),
                () -> "sequence " + row.sequence() + " has " + rows + ", expected " + expected.postings());
        report.expect(
                Check.POSTINGS,
                found.stream().allMatch(posting -> posting.atMs() == row.atMs()),
                () -> "sequence " + row.sequence() + ": the time of a posting is not its transaction's");
    }

    private void mentions(Settled row, Recount.Entry expected, List<Mention> found) {
        List<String> cards = found.stream().map(Mention::card).toList();
        report.expect(
                Check.COLUMNS,
                cards.equals(List.copyOf(expected.cards())),
                () -> "sequence " + row.sequence() + " is listed under cards " + cards + ", expected "
                        + expected.cards());
    }

    /** What a transaction's postings come to does not depend on which was written first. */
    private static List<String> inOneOrder(List<Posting> postings) {
        return postings.stream().map(Posting::toString).sorted().toList();
    }
}
