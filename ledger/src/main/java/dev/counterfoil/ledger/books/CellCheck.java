package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.books.BooksSide.AccountRow;
import dev.counterfoil.ledger.books.BooksSide.CardRow;
import dev.counterfoil.ledger.books.BooksSide.CellRow;
import dev.counterfoil.ledger.books.BooksSide.Flow;
import dev.counterfoil.ledger.books.BooksSide.ItemRow;
import dev.counterfoil.ledger.books.BooksSide.Movement;
import dev.counterfoil.ledger.books.RedisSide.AccountNow;
import dev.counterfoil.ledger.books.RedisSide.CardNow;
import dev.counterfoil.ledger.books.RedisSide.ItemNow;
import dev.counterfoil.ledger.books.RedisSide.Reading;
import dev.counterfoil.ledger.settlement.PostingAccounts;
import dev.counterfoil.ledger.settlement.TouchedObjects;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Compares one cell. Each comparison ends the check when settlement does not come or the cell is cold. */
final class CellCheck {
    private static final int CARDS_A_SNAPSHOT = 10_000;
    private static final int ACCOUNTS_A_READ = 500;
    private static final int ITEMS_A_READ = 250;

    final Findings findings;
    private final Sides sides;
    private final CellRow row;

    CellCheck(Sides sides, CellRow row) {
        this.sides = sides;
        this.row = row;
        this.findings = new Findings(row.cell());
        findings.settled = row.settled();
    }

    int cellId() {
        return row.id();
    }

    /** Compares everything; returns itself. */
    CellCheck run() {
        if (compareItems()) {
            compareCards();
            compareAccounts();
            compareLimits();
        }
        sides.inSnapshot(this::compareTotals);
        return this;
    }

    /** What dead letters count and hold is not in the books, and which counters that are nobody notes. */
    void compareLimits() {
        if (sides.snapshot(books -> books.dead(row.id())).isEmpty()) {
            LimitsCheck limits = new LimitsCheck(sides, row, findings, this::settledPast);
            limits.compareHolds();
            limits.compareQuotas();
        }
    }

    private boolean compareItems() {
        List<String> skus = sides.snapshot(books ->
                books.items(row.cell().program()).stream().map(ItemRow::sku).toList());
        for (int from = 0; from < Math.max(1, skus.size()); from += ITEMS_A_READ) {
            List<String> chunk = skus.subList(from, Math.min(skus.size(), from + ITEMS_A_READ));
            Optional<Reading<ItemNow>> reading = sides.redis.items(row.cell(), chunk);
            if (!settled(reading)) {
                return false;
            }
            sides.inSnapshot(books -> compareItems(books, reading.orElseThrow()));
        }
        return true;
    }

    private void compareItems(BooksSide books, Reading<ItemNow> reading) {
        Map<String, List<Movement>> later = books.movementsAfter(row.id(), reading.sequence());
        Set<String> dead = dead(books, reading.values().keySet(), TouchedObjects::item);
        for (ItemRow item : books.items(row.cell().program())) {
            ItemNow now = reading.values().get(item.sku());
            if (now != null && !dead.contains(TouchedObjects.item(item.sku()))) {
                findings.items++;
                long units = item.units() - after(later, PostingAccounts.stock(item.sku()), reading.sequence());
                long codes = item.codes() - after(later, PostingAccounts.codes(item.sku()), reading.sequence());
                findings.compare("units", item.sku(), now.units(), units);
                findings.compare("codes", item.sku(), now.codes(), codes);
            }
        }
    }

    /** Many cards in one snapshot, since each waits for settlement and counts what was posted since. */
    private void compareCards() {
        long all = sides.snapshot(books -> books.cardCount(row.id()));
        String last = "";
        List<String> page;
        do {
            String after = last;
            page = sides.snapshot(books -> books.cardsAfter(row.id(), after, CARDS_A_SNAPSHOT));
            if (!page.isEmpty()) {
                List<String> ids = page;
                last = ids.get(ids.size() - 1);
                List<Reading<CardNow>> readings = sides.redis.cards(row.cell(), ids);
                if (!settled(latest(readings))) {
                    return;
                }
                sides.inSnapshot(books -> compareCards(books, readings, ids));
                sides.progress.at(row.cell() + " cards", findings.cards, all);
            }
        } while (page.size() == CARDS_A_SNAPSHOT);
    }

    private static <T> Optional<Reading<T>> latest(List<Reading<T>> readings) {
        return readings.stream().max(Comparator.comparingLong(Reading::sequence));
    }

    private void compareAccounts() {
        AccountRow last = new AccountRow("", "", 0, "", 0, "");
        List<AccountRow> chunk;
        do {
            AccountRow after = last;
            chunk = sides.snapshot(
                    books -> books.accountsAfter(row.id(), after.account(), after.asset(), ACCOUNTS_A_READ));
            if (!chunk.isEmpty()) {
                List<AccountRow> rows = chunk;
                last = rows.get(rows.size() - 1);
                Optional<Reading<AccountNow>> reading = sides.redis.accounts(row.cell(), rows);
                if (!settled(reading)) {
                    return;
                }
                sides.inSnapshot(books -> compareAccounts(books, rows, reading.orElseThrow()));
                sides.progress.at(row.cell() + " accounts", findings.accounts, 0);
            }
        } while (chunk.size() == ACCOUNTS_A_READ);
    }

    private void compareAccounts(BooksSide books, List<AccountRow> rows, Reading<AccountNow> reading) {
        Map<String, List<Movement>> later = books.movementsAfter(row.id(), reading.sequence());
        Set<String> dead = dead(books, rows.stream().map(AccountRow::account).toList(), TouchedObjects::account);
        for (AccountRow account : books.accountsBetween(row.id(), rows.get(0), rows.get(rows.size() - 1))) {
            String name = PostingAccounts.account(account.asset(), account.account());
            AccountNow now = reading.values().get(name);
            if (now != null && !dead.contains(TouchedObjects.account(account.account()))) {
                findings.accounts++;
                findings.compare(
                        "balance", name, now.balance(), account.balance() - after(later, name, reading.sequence()));
                findings.compare(
                        "held",
                        name,
                        now.held(),
                        account.held() - after(later, PostingAccounts.held(name), reading.sequence()));
                boolean same = now.flags().equals(account.flags()) && now.lots().equals(account.lots());
                boolean moved = same || books.accountMovedAfter(row.id(), account.account(), reading.sequence());
                differUnless(moved, "flags", name, now.flags(), account.flags());
                differUnless(moved, "lots", name, now.lots(), account.lots());
            }
        }
    }

    /** What a transaction after the reading may have changed cannot be compared. */
    private void differUnless(boolean moved, String what, String name, String inRedis, String inBooks) {
        if (!moved && !inRedis.equals(inBooks)) {
            findings.differs(what, name, inRedis, inBooks);
        }
    }

    private void compareCards(BooksSide books, List<Reading<CardNow>> readings, List<String> ids) {
        Map<String, CardRow> cards = books.cardsBetween(row.id(), ids.get(0), ids.get(ids.size() - 1));
        long first = readings.stream().mapToLong(Reading::sequence).min().orElseThrow();
        Map<String, List<Movement>> later = books.movementsAfter(row.id(), first);
        Set<String> dead = dead(books, ids, TouchedObjects::card);
        for (Reading<CardNow> reading : readings) {
            reading.values().forEach((id, now) -> {
                CardRow card = cards.get(id);
                if (card != null && !dead.contains(TouchedObjects.card(id))) {
                    findings.cards++;
                    compareCard(books, card, now, reading.sequence(), later);
                }
            });
        }
    }

    private void compareCard(
            BooksSide books, CardRow card, CardNow now, long sequence, Map<String, List<Movement>> later) {
        String name = "card_" + card.apiId();
        long balance = card.balance() - after(later, PostingAccounts.card(card.id()), sequence);
        Long expected = now.balance();
        if (expected == null) {
            findings.differs("card", name, "missing in Redis", balance);
            return;
        }
        findings.compare("balance", name, expected, balance);
        String held = PostingAccounts.held(PostingAccounts.card(card.id()));
        findings.compare("held", name, now.held(), card.held() - after(later, held, sequence));
        boolean same = card.state().equals(now.state())
                && card.expiresAtMs() == now.expiresAtMs()
                && card.owner().equals(now.owner());
        boolean moved = same || books.movedAfter(row.id(), card.id(), sequence);
        differUnless(moved, "state", name, now.state(), card.state());
        differUnless(moved, "expiry", name, Long.toString(now.expiresAtMs()), Long.toString(card.expiresAtMs()));
        differUnless(moved, "owner", name, now.owner(), card.owner());
    }

    /** Names those of {@code ids}, cards in Redis, that the books still do not know once they are settled up to now. */
    void stray(List<String> ids) {
        List<Reading<CardNow>> readings = sides.redis.cards(row.cell(), ids);
        if (settled(latest(readings))) {
            Set<String> known = sides.snapshot(books -> books.known(row.id(), ids));
            Set<String> dead = sides.snapshot(books -> dead(books, ids, TouchedObjects::card));
            readings.forEach(reading -> reading.values().forEach((id, now) -> {
                if (now.balance() != null && !known.contains(id) && !dead.contains(TouchedObjects.card(id))) {
                    findings.differs("card", id, now.balance(), "unknown to the books");
                }
            }));
        }
    }

    /** What dead letters move stands still in the books until they are settled: it is named instead of compared. */
    private Set<String> dead(BooksSide books, Collection<String> ids, UnaryOperator<String> object) {
        return books.dead(row.id(), ids.stream().map(object).toList());
    }

    /** Of one snapshot of PostgreSQL alone. */
    private void compareTotals(BooksSide books) {
        CellRow now = books.cell(row.id());
        findings.settled = now.settled();
        books.dead(row.id())
                .forEach(dead -> findings.differs(
                        "dead letter", dead.object(), "settled", "not since sequence " + dead.sequence()));
        long missing = books.firstMissing(row.id(), now.settled());
        if (missing != 0) {
            String found = missing > 0 ? missing + " is missing" : "transactions beyond it";
            findings.differs("sequence", "", "1.." + now.settled() + " without a gap", found);
        }
        Map<String, Map<String, BigInteger>> posted = accounts(books.flows(row.id()));
        Map<String, BigInteger> cards = books.cardBalances(row.id());
        Map<String, BigInteger> holders = books.accountBalances(row.id());
        Map<String, BigInteger> held = books.held(row.id());
        TreeSet<String> assets = new TreeSet<>(cards.keySet());
        assets.addAll(holders.keySet());
        assets.forEach(asset -> posted.computeIfAbsent(asset, any -> new HashMap<>()));
        posted.forEach((asset, accounts) -> {
            if (asset.indexOf(':') < 0) {
                compareAsset(
                        asset,
                        accounts,
                        cards.getOrDefault(asset, BigInteger.ZERO),
                        holders.getOrDefault(asset, BigInteger.ZERO));
                findings.compare(
                        "total",
                        asset + " held",
                        accounts.getOrDefault("held", BigInteger.ZERO),
                        held.getOrDefault(asset, BigInteger.ZERO));
            }
        });
        for (ItemRow item : books.items(row.cell().program())) {
            findings.compare(
                    "total", PostingAccounts.stock(item.sku()), stock(posted, item), BigInteger.valueOf(item.units()));
            findings.compare(
                    "total", PostingAccounts.codes(item.sku()), codes(posted, item), BigInteger.valueOf(item.codes()));
            findings.compare("total", "available " + item.sku(), item.codes(), item.available());
        }
    }

    private void compareAsset(String asset, Map<String, BigInteger> accounts, BigInteger cards, BigInteger holders) {
        findings.totals.add(new CellBooks.Total(
                asset,
                accounts.getOrDefault(PostingAccounts.ISSUED, BigInteger.ZERO).negate(),
                cards.add(holders),
                accounts.getOrDefault("held", BigInteger.ZERO),
                accounts.getOrDefault(PostingAccounts.REDEEMED, BigInteger.ZERO),
                accounts.getOrDefault(PostingAccounts.VOID, BigInteger.ZERO),
                accounts.getOrDefault(PostingAccounts.ADJUSTED, BigInteger.ZERO),
                accounts.getOrDefault(PostingAccounts.EXPIRED, BigInteger.ZERO)));
        findings.compare("total", asset, accounts.getOrDefault("card", BigInteger.ZERO), cards);
        findings.compare("total", asset + " of accounts", accounts.getOrDefault("account", BigInteger.ZERO), holders);
    }

    private static BigInteger stock(Map<String, Map<String, BigInteger>> posted, ItemRow item) {
        return posted.getOrDefault(PostingAccounts.unitAsset(item.sku()), Map.of())
                .getOrDefault(PostingAccounts.stock(item.sku()), BigInteger.ZERO);
    }

    private static BigInteger codes(Map<String, Map<String, BigInteger>> posted, ItemRow item) {
        return posted.getOrDefault(PostingAccounts.codeAsset(item.sku()), Map.of())
                .getOrDefault(PostingAccounts.codes(item.sku()), BigInteger.ZERO);
    }

    /** By asset and account, what was credited less what was debited. */
    private static Map<String, Map<String, BigInteger>> accounts(List<Flow> flows) {
        Map<String, Map<String, BigInteger>> accounts = new TreeMap<>();
        for (Flow flow : flows) {
            Map<String, BigInteger> ofAsset = accounts.computeIfAbsent(flow.asset(), any -> new HashMap<>());
            ofAsset.merge(flow.debit(), flow.amount().negate(), BigInteger::add);
            ofAsset.merge(flow.credit(), flow.amount(), BigInteger::add);
        }
        return accounts;
    }

    /** Waits until the books are as far as the reading; says what is wrong when they do not get there. */
    private boolean settled(Optional<? extends Reading<?>> reading) {
        if (reading.isEmpty()) {
            if (row.settled() > 0) {
                findings.differs("cell", "", "open in Redis", "cold");
            }
            return false;
        }
        return settledPast(reading.get().sequence());
    }

    private boolean settledPast(long sequence) {
        CellRow now = sides.settledPast(row, sequence);
        if (now.settled() < sequence) {
            findings.differs("settlement", "", sequence, now.settled());
        }
        if (sequence < row.settled()) {
            findings.differs("sequence", "", "Redis at " + row.settled() + " or later", sequence);
        }
        return now.settled() >= sequence && sequence >= row.settled();
    }

    private static long after(Map<String, List<Movement>> movements, String account, long sequence) {
        long sum = 0;
        for (Movement movement : movements.getOrDefault(account, List.of())) {
            sum += movement.sequence() > sequence ? movement.amount() : 0;
        }
        return sum;
    }
}
