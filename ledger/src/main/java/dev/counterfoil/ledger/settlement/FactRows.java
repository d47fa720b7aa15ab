package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.postgres.PostingPartitions;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a run of transactions of one cell writes: rows to insert, and for each card and item that existed before one change
 * that sums up the run.
 */
final class FactRows {
    final CopyRows transactions = new CopyRows(
            "transactions",
            "cell",
            "seq",
            "at",
            "type",
            "client",
            "idem",
            "fingerprint",
            "account",
            "reference",
            "data",
            "result");
    final CopyRows transactionCards = new CopyRows("transaction_card", "cell", "card", "seq");
    final CopyRows postings = new CopyRows("posting", "at", "cell", "seq", "n", "debit", "credit", "asset", "amount");
    final Map<String, NewCard> newCards = new TreeMap<>();
    final Map<String, CardChange> cardChanges = new TreeMap<>();
    final Map<String, AccountChange> accountChanges = new TreeMap<>();
    final Map<String, ItemChange> itemChanges = new TreeMap<>();
    final List<String> codesAdded = new ArrayList<>();
    final Map<String, Long> codesDelivered = new TreeMap<>();
    final Set<String> codesReturned = new TreeSet<>();
    final Map<Long, Afterwards> afterwards = new TreeMap<>();
    final Map<String, Quota> quotas = new TreeMap<>();

    /** By code, its place in its pool, of all that were put into one. */
    final Map<String, Long> codesPooled = new TreeMap<>();

    /** The legs that {@link #add} knows. */
    static final Set<String> KINDS = Set.of(
            "card",
            "new_card",
            "stock",
            "codes",
            "codes_add",
            "codes_back",
            "hold",
            "follow",
            "account",
            "quota",
            "due",
            "paid");

    /** A pool's order is that of sequences and, of codes that came in one transaction, of their places in it. */
    private static final long PLACES = 1_000;

    /** A leg's postings are told apart by these, added to its place. */
    private static final int SECOND_POSTING = 1_000;

    private static final int THIRD_POSTING = 2_000;

    private final int cell;
    private final Set<YearMonth> months = new TreeSet<>();
    private long latestMs;

    /** @param cell the cell's id in PostgreSQL */
    FactRows(int cell) {
        this.cell = cell;
    }

    /** Of the transactions' times, UTC. */
    Set<YearMonth> months() {
        return months;
    }

    long latestMs() {
        return latestMs;
    }

    /** Adds the next transaction. */
    void add(Fact fact) {
        months.add(PostingPartitions.month(fact.atMs()));
        latestMs = Math.max(latestMs, fact.atMs());
        transactions
                .row()
                .int4(cell)
                .int8(fact.sequence())
                .time(fact.atMs())
                .text(fact.type())
                .text(fact.client())
                .bytes(fact.idem())
                .bytes(fact.fingerprint())
                .text(fact.account())
                .text(fact.reference())
                .text(fact.record().data())
                .text(fact.record().result());
        Set<String> cards = new HashSet<>();
        for (int i = 0; i < fact.legs().size(); i++) {
            LegValues leg = fact.legs().get(i);
            LegValues result = fact.results().get(i);
            switch (leg.text(0)) {
                case "card" -> card(fact, i, leg, result, cards);
                case "new_card" -> newCard(fact, i, leg);
                case "stock" -> stock(fact, i, leg.text(1), leg.number(2));
                case "codes" -> codesTaken(fact, i, leg.text(1), result);
                case "codes_add" -> codesAdded(fact, i, leg);
                case "codes_back" -> codesReturned(fact, i, leg);
                case "hold" -> held(fact, leg);
                case "follow" -> followed(leg, result);
                case "account" -> account(fact, i, leg, result);
                case "quota" -> quotas.put(leg.text(1), new Quota(result.number(0), leg.number(3), fact.sequence()));
                case "due", "paid" -> {}
                default -> throw JournalFault.newer(fact.sequence(), "the leg " + leg.text(0));
            }
        }
    }

    private void card(Fact fact, int n, LegValues leg, LegValues result, Set<String> cards) {
        long sign = leg.number(1);
        String id = result.text(0);
        long amount = result.number(4);
        String state = result.text(6);
        Long expiresAtMs = result.size() > 7 ? (Long) result.number(7) : null;
        if (cards.add(id)) {
            transactionCards.row().int4(cell).text(id).int8(fact.sequence());
        }
        NewCard fresh = newCards.get(id);
        if (fresh != null) {
            fresh.balance += sign * amount;
            fresh.state = state;
            fresh.expiresAtMs = expiresAtMs == null ? fresh.expiresAtMs : expiresAtMs;
            fresh.held += asideDelta(leg, 2, amount);
            fresh.owner = leg.size() > 3 ? leg.text(3) : fresh.owner;
        } else {
            CardChange change = cardChanges.computeIfAbsent(id, any -> new CardChange());
            change.delta += sign * amount;
            change.state = state;
            change.expiresAtMs = expiresAtMs == null ? change.expiresAtMs : expiresAtMs;
            change.held += asideDelta(leg, 2, amount);
            change.owner = leg.size() > 3 ? leg.text(3) : change.owner;
        }
        balance(fact, n, PostingAccounts.card(id), asset(fact, result.text(3)), sign, amount, aside(leg, 2));
    }

    /** What a leg sets aside, {@code +} for its amount; empty for nothing. */
    private static String aside(LegValues leg, int index) {
        return leg.size() > index ? leg.text(index) : "";
    }

    private static long asideDelta(LegValues leg, int index, long amount) {
        String aside = aside(leg, index);
        return aside.isEmpty() ? 0 : aside.equals("+") ? amount : -Long.parseLong(aside);
    }

    /** The postings of a balance that moved; beside it is what is held of it where the leg sets something aside. */
    private void balance(Fact fact, int n, String account, String asset, long sign, long amount, String aside) {
        if (aside.isEmpty()) {
            // A payer of a hold who paid nothing has a leg in its end all the same.
            if (sign * amount != 0) {
                post(fact, n, account, PostingAccounts.besideBalance(fact, sign), asset, -sign * amount);
            }
            return;
        }
        String held = PostingAccounts.held(account);
        post(fact, n, account, held, asset, -sign * amount);
        if (!aside.equals("+")) {
            post(
                    fact,
                    n + SECOND_POSTING,
                    held,
                    PostingAccounts.REDEEMED,
                    asset,
                    Long.parseLong(aside) - Math.max(0, sign) * amount);
        }
    }

    private void held(Fact fact, LegValues leg) {
        Afterwards held = new Afterwards("held", fact.atMs() + leg.number(1), "", new TreeMap<>(), 0);
        afterwards.put(fact.sequence(), held);
    }

    private void followed(LegValues leg, LegValues result) {
        Map<String, Long> returned = new TreeMap<>();
        for (int i = 0; i < result.size(); i++) {
            returned.put(leg.text(FollowLeg.JOURNALED_PARTS + 3 * i), result.number(i));
        }
        String status = switch (leg.text(2)) {
            case "r" -> "released";
            case "x" -> "expired";
            default -> "posted";
        };
        afterwards.merge(
                leg.number(1),
                new Afterwards(status, 0, leg.text(3), returned, leg.number(4)),
                (before, now) -> new Afterwards(
                        now.status(), before.deadlineMs(), now.state(), now.returned(), now.countedUntilMs()));
    }

    private void codesReturned(Fact fact, int n, LegValues leg) {
        String sku = leg.text(1);
        long count = leg.number(2);
        for (int i = 3; i < leg.size(); i++) {
            if (codesDelivered.remove(leg.text(i)) == null) {
                codesReturned.add(leg.text(i));
            }
            codesPooled.put(leg.text(i), fact.sequence() * PLACES + i - 3);
        }
        if (leg.size() != 3 + count) {
            throw JournalFault.malformed(
                    fact.sequence(), "codes_back of " + count + " names " + (leg.size() - 3), null);
        }
        item(sku).codes += count;
        String asset = PostingAccounts.codeAsset(sku);
        post(fact, n, PostingAccounts.DELIVERED, PostingAccounts.codes(sku), asset, count);
    }

    private void newCard(Fact fact, int n, LegValues leg) {
        String id = leg.text(1);
        String token = leg.text(4);
        String asset = asset(fact, token);
        long amount = leg.number(5);
        String type = token.substring(0, token.length() - asset.length() - 1);
        NewCard card =
                new NewCard(leg.text(2), leg.text(3), type, asset, leg.text(8), amount, leg.number(7), fact.sequence());
        card.state = leg.text(6);
        if (newCards.put(id, card) != null) {
            throw JournalFault.malformed(fact.sequence(), "a card is made twice", null);
        }
        post(fact, n, PostingAccounts.ISSUED, PostingAccounts.card(id), asset, amount);
    }

    private void account(Fact fact, int n, LegValues leg, LegValues result) {
        String id = leg.text(1);
        String asset = leg.text(2);
        long sign = leg.number(3);
        AccountChange change = accountChanges.computeIfAbsent(id, any -> new AccountChange());
        change.frozen = flag(leg.text(4), change.frozen);
        change.verified = flag(leg.text(5), change.verified);
        for (int i = 7; i + 1 < leg.size(); i += 2) {
            change.attributes.put(leg.text(i), leg.text(i + 1));
        }
        long amount = result.number(0);
        long lapsed = result.size() > 2 ? result.number(3) : 0;
        String aside = aside(leg, 6);
        if (sign * amount != 0 || result.size() > 2 || !aside.isEmpty()) {
            BalanceChange balance = change.balances.computeIfAbsent(asset, any -> new BalanceChange());
            balance.delta += sign * amount - lapsed;
            balance.held += asideDelta(leg, 6, amount);
            balance.lots = result.size() > 2 ? result.text(4) : balance.lots;
        }
        String account = PostingAccounts.account(asset, id);
        balance(fact, n, account, asset, sign, amount, aside);
        post(fact, n + THIRD_POSTING, account, PostingAccounts.EXPIRED, asset, lapsed);
    }

    private static @Nullable Boolean flag(String set, @Nullable Boolean before) {
        return set.isEmpty() ? before : Boolean.valueOf(set.equals("1"));
    }

    private void stock(Fact fact, int n, String sku, long delta) {
        item(sku).units += delta;
        post(
                fact,
                n,
                PostingAccounts.besideStock(fact),
                PostingAccounts.stock(sku),
                PostingAccounts.unitAsset(sku),
                delta);
    }

    private void codesTaken(Fact fact, int n, String sku, LegValues result) {
        for (int i = 0; i < result.size(); i++) {
            String code = result.text(i);
            int colon = code.indexOf(':');
            if (colon < 1) {
                throw JournalFault.malformed(fact.sequence(), "a code has no id", null);
            }
            codesDelivered.put(code.substring(0, colon), fact.sequence());
        }
        int taken = result.size();
        item(sku).codes -= taken;
        String asset = PostingAccounts.codeAsset(sku);
        post(fact, n, PostingAccounts.codes(sku), PostingAccounts.DELIVERED, asset, taken);
    }

    private void codesAdded(Fact fact, int n, LegValues leg) {
        String sku = leg.text(1);
        long count = leg.number(2);
        for (int i = 3; i < leg.size(); i++) {
            codesAdded.add(leg.text(i));
            codesPooled.put(leg.text(i), fact.sequence() * PLACES + i - 3);
        }
        if (leg.size() != 3 + count) {
            throw JournalFault.malformed(fact.sequence(), "codes_add of " + count + " names " + (leg.size() - 3), null);
        }
        item(sku).codes += count;
        String asset = PostingAccounts.codeAsset(sku);
        post(fact, n, PostingAccounts.CODES_IN, PostingAccounts.codes(sku), asset, count);
    }

    /** Moves {@code amount} from one account to the other, a negative one the other way; nothing for 0. */
    private void post(Fact fact, int n, String from, String to, String asset, long amount) {
        if (amount == 0) {
            return;
        }
        postings.row()
                .time(fact.atMs())
                .int4(cell)
                .int8(fact.sequence())
                .int2(n)
                .text(amount > 0 ? from : to)
                .text(amount > 0 ? to : from)
                .text(asset)
                .int8(Math.abs(amount));
    }

    private ItemChange item(String sku) {
        return itemChanges.computeIfAbsent(sku, any -> new ItemChange());
    }

    private static String asset(Fact fact, String token) {
        int colon = token.lastIndexOf(':');
        if (colon < 1) {
            throw JournalFault.malformed(fact.sequence(), "a type token has no asset", null);
        }
        return token.substring(colon + 1);
    }

    /** A card made in this run, as the end of the run leaves it. */
    static final class NewCard {
        final String apiId;
        final String number;
        final String type;
        final String asset;
        final String batch;
        final long face;
        long expiresAtMs;
        final long issuedSequence;
        long balance;
        long held;
        String state = "a";

        @Nullable
        String owner;

        NewCard(
                String apiId,
                String number,
                String type,
                String asset,
                String batch,
                long face,
                long expiresAtMs,
                long issuedSequence) {
            this.apiId = apiId;
            this.number = number;
            this.type = type;
            this.asset = asset;
            this.batch = batch;
            this.face = face;
            this.balance = face;
            this.expiresAtMs = expiresAtMs;
            this.issuedSequence = issuedSequence;
        }
    }

    /** What this run did to a card made before. */
    static final class CardChange {
        long delta;
        long held;

        /** Null where it was not set. */
        @Nullable
        String owner;

        @Nullable
        String state;

        /** 0 = for ever, null where it was not set. */
        @Nullable
        Long expiresAtMs;
    }

    /** What this run did to a holder's account: by asset, and the flags that it set last. */
    static final class AccountChange {
        final Map<String, BalanceChange> balances = new TreeMap<>();

        /** By name; an empty value takes it away. */
        final Map<String, String> attributes = new TreeMap<>();

        @Nullable
        Boolean frozen;

        @Nullable
        Boolean verified;
    }

    /** What this run did to a holder's balance of one asset. */
    static final class BalanceChange {
        long delta;
        long held;

        /** Empty where none is left, null where they were not touched. */
        @Nullable
        String lots;
    }

    /**
     * What became of a redemption.
     *
     * @param deadlineMs of its hold, 0 where it has none or the run does not say
     * @param returned by part
     * @param countedUntilMs how long Redis keeps that count, 0 where it keeps none
     */
    record Afterwards(String status, long deadlineMs, String state, Map<String, Long> returned, long countedUntilMs) {}

    /**
     * A counter of a limit, as the run leaves it.
     *
     * @param expiresAtMs 0 = never
     */
    record Quota(long used, long expiresAtMs, long sequence) {}

    /** What this run did to an item. */
    static final class ItemChange {
        long units;
        long codes;
    }
}
