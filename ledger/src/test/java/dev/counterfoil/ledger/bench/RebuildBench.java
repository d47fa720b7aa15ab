package dev.counterfoil.ledger.bench;

import static dev.counterfoil.ledger.testing.Ledgers.await;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.books.Reconciliation;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.rebuild.Rebuild;
import dev.counterfoil.ledger.rebuild.Rebuilt;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/**
 * How long it takes to rebuild a cell from PostgreSQL after Redis lost it, and to reconcile it then. The books are made by SQL:
 * cards, one transaction for each two hundred of them, and redemptions of the last hours, each with a counter of a limit.
 *
 * <p>Arguments: cards (1,000,000), redemptions (200,000). Run: see CONTRIBUTING.md.
 */
public final class RebuildBench {
    private static final int CARDS_A_TRANSACTION = 200;
    private static final long STEP = 100_000;

    private RebuildBench() {}

    public static void main(String[] args) {
        long cards = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
        long redemptions = args.length > 1 ? Long.parseLong(args[1]) : 200_000;
        try (Ledgers servers = Ledgers.fresh()) {
            CatalogPublisher catalog = new CatalogPublisher(servers.database(), servers.redis());
            KeyStore keys = new KeyStore(servers.database(), new SecureRandom());
            program(servers, catalog, keys);
            timed("books", () -> books(servers, cards, redemptions));
            Servers.flushRedis();
            Rebuild rebuild = new Rebuild(
                    servers.database(),
                    servers.redis(),
                    catalog,
                    new KeyPublisher(servers.database(), keys, servers.redis()),
                    Duration.ofHours(48),
                    Progress.SILENT);
            timed("rebuild", () -> {
                Rebuilt rebuilt = rebuild.rebuild(Cell.of("demo"), Rebuild.Allowed.COLD);
                System.out.println(rebuilt.text());
            });
            timed("reconcile", () -> {
                Reconciliation result =
                        new Reconcile(servers.database(), servers.redis(), cell -> {}, Duration.ofSeconds(30)).all();
                System.out.print(result.table());
            });
        }
        System.exit(0);
    }

    private static void timed(String what, Runnable work) {
        long started = System.nanoTime();
        work.run();
        Runtime jvm = Runtime.getRuntime();
        System.out.printf(
                Locale.ROOT,
                "%-10s %6.1f s, heap %d MB%n",
                what,
                (System.nanoTime() - started) / 1e9,
                (jvm.totalMemory() - jvm.freeMemory()) >> 20);
    }

    private static void program(Ledgers servers, CatalogPublisher catalog, KeyStore keys) {
        var issuer = await(keys.putIssuer(new Issuer("acme", "Acme")));
        var program = await(new CatalogEditor(new CatalogStore(servers.database()), catalog)
                .createProgram(new ProgramDraft(
                        "demo", issuer.id(), "Demo", ZoneId.of("UTC"), Mode.TEST, List.of("CNY"), Limits.NONE)));
    }

    /** In steps: a statement must not run longer than the connection waits for its answer. */
    private static void books(Ledgers servers, long cards, long redemptions) {
        long issues = (cards + CARDS_A_TRANSACTION - 1) / CARDS_A_TRANSACTION;
        servers.database().jdbi().useHandle(handle -> {
            handle.execute("set statement_timeout = 0");
            handle.execute("select ensure_posting_partition(now())");
            for (long from = 1; from <= cards; from += STEP) {
                String n = " from generate_series(" + from + ", " + Math.min(cards, from + STEP - 1) + ") n";
                handle.execute(
                        "insert into card (cell, id, api_id, number, card_type, asset, batch, face, balance, state,"
                                + " issued_seq) select 1, lpad(n::text, 22, 'C'), lpad(n::text, 16, 'A'), (10 ^ 15 + n)::bigint::text,"
                                + " 'gift-1000', 'CNY', 'bt_1', 100000, 100000 - (n <= " + redemptions
                                + ")::int, 'a', n / 200 + 1"
                                + n);
                handle.execute("insert into posting (at, cell, seq, n, debit, credit, asset, amount)"
                        + " select now(), 1, (n - 1) / 200 + 1, (n - 1) % 200, 'issued', 'card:' || lpad(n::text, 22, 'C'),"
                        + " 'CNY', 100000" + n);
            }
            handle.execute("insert into transactions (cell, seq, at, type, client, idem, fingerprint, data, result)"
                    + " select 1, n, now(), case when n <= " + issues + " then 'issue' else 'redemption' end, 'cl_1',"
                    + " decode(md5(n::text), 'hex'), decode(md5('f' || n), 'hex'), '{}', '{}'"
                    + " from generate_series(1, " + (issues + redemptions) + ") n");
            handle.execute("insert into posting (at, cell, seq, n, debit, credit, asset, amount)"
                    + " select now(), 1, " + issues + " + n, 0, 'card:' || lpad(n::text, 22, 'C'), 'redeemed', 'CNY', 1"
                    + " from generate_series(1, " + redemptions + ") n");
            handle.execute("insert into quota (cell, key, used, expires_at, seq)"
                    + " select 1, '7:account6:crab-88:u_' || n, 1, now() + interval '1 day', " + issues + " + n"
                    + " from generate_series(1, " + redemptions + ") n");
            handle.execute("update cell set settled_seq = " + (issues + redemptions));
            handle.execute("analyze");
        });
    }
}
