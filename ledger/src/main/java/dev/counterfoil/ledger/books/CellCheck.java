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
import java.util.ArrayList;
import java.util.Collection;
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
    private static final int CARDS_A_READ = 500;
    private static final int READS_A_SNAPSHOT = 20;
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
        }
        sides.inSnapshot(this::compareTotals);
        return this;
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

    private void compareCards() {
        String last = "";
        while (true) {
            List<Reading<CardNow>> readings = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            boolean more = true;
            while (more && readings.size() < READS_A_SNAPSHOT) {
                String after = last;
                List<String> chunk = sides.snapshot(books -> books.cardsAfter(row.id(), after, CARDS_A_READ));
                more = chunk.size() == CARDS_A_READ;
                if (!chunk.isEmpty()) {
                    last = chunk.get(chunk.size() - 1);
                    Optional<Reading<CardNow>> reading = sides.redis.cards(row.cell(), chunk);
                    if (reading.isEmpty()) {
                        findings.differs("cell", "", "open in Redis", "cold");
                        return;
                    }
                    readings.add(reading.get());
                    ids.addAll(chunk);
                }
            }
            if (readings.isEmpty() || !settled(Optional.of(readings.get(readings.size() - 1)))) {
                return;
            }
            sides.inSnapshot(books -> compareCards(books, readings, ids));
            if (!more) {
                return;
            }
        }
    }

    private void compareAccounts() {
        AccountRow last = new AccountRow("", "", 0, "", 0, "");
        List<AccountRow> chunk;
        do {
            AccountRow after = last;
            chunk = sides.snapshot(
                    books -> books.accountsAfter(row.id(), after.account(), after.asset(), CARDS_A_READ));
            if (!chunk.isEmpty()) {
                List<AccountRow> rows = chunk;
                last = rows.get(rows.size() - 1);
                Optional<Reading<AccountNow>> reading = sides.redis.accounts(row.cell(), rows);
                if (!settled(reading)) {
                    return;
                }
                sides.inSnapshot(books -> compareAccounts(books, rows, reading.orElseThrow()));
            }
        } while (chunk.size() == CARDS_A_READ);
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
        Map<String, CardRow> cards = books.cards(row.id(), ids);
        Map<String, List<Movement>> later =
                books.movementsAfter(row.id(), readings.get(0).sequence());
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
        if (!card.state().equals(now.state()) && !books.movedAfter(row.id(), card.id(), sequence)) {
            findings.differs("state", name, now.state(), card.state());
        }
    }

    /** Names those of {@code ids}, cards in Redis, that the books still do not know once they are settled up to now. */
    void stray(List<String> ids) {
        Optional<Reading<CardNow>> reading = sides.redis.cards(row.cell(), ids);
        if (settled(reading)) {
            Map<String, CardRow> known = sides.snapshot(books -> books.cards(row.id(), ids));
            Set<String> dead = sides.snapshot(books -> dead(books, ids, TouchedObjects::card));
            reading.orElseThrow().values().forEach((id, now) -> {
                if (now.balance() != null && !known.containsKey(id) && !dead.contains(TouchedObjects.card(id))) {
                    findings.differs("card", id, now.balance(), "unknown to the books");
                }
            });
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
        long sequence = reading.get().sequence();
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
