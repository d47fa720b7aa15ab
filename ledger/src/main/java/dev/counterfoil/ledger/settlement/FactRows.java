package dev.counterfoil.ledger.settlement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private final int cell;
    private long earliestMs = Long.MAX_VALUE;
    private long latestMs;

    /** @param cell the cell's id in PostgreSQL */
    FactRows(int cell) {
        this.cell = cell;
    }

    long earliestMs() {
        return earliestMs;
    }

    long latestMs() {
        return latestMs;
    }

    /** Adds the next transaction. */
    void add(Fact fact) {
        earliestMs = Math.min(earliestMs, fact.atMs());
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
                case "card" -> card(fact, i, leg.number(1), result, cards);
                case "new_card" -> newCard(fact, i, leg);
                case "stock" -> stock(fact, i, leg.text(1), leg.number(2));
                case "codes" -> codesTaken(fact, i, leg.text(1), result);
                case "codes_add" -> codesAdded(fact, i, leg);
                case "account" -> account(fact, i, leg, result);
                case "quota", "due", "paid" -> {}
                default -> throw JournalFault.malformed(fact.sequence(), "unknown leg " + leg.text(0), null);
            }
        }
    }

    private void card(Fact fact, int n, long sign, LegValues result, Set<String> cards) {
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
        } else {
            CardChange change = cardChanges.computeIfAbsent(id, any -> new CardChange());
            change.delta += sign * amount;
            change.state = state;
            change.expiresAtMs = expiresAtMs == null ? change.expiresAtMs : expiresAtMs;
        }
        if (sign != 0) {
            String beside = PostingAccounts.besideBalance(fact, sign);
            post(fact, n, PostingAccounts.card(id), beside, asset(fact, result.text(3)), -sign * amount);
        }
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
        long delta = sign * result.number(0);
        if (delta != 0) {
            change.deltas.merge(asset, delta, Long::sum);
            String beside = PostingAccounts.besideBalance(fact, sign);
            post(fact, n, PostingAccounts.account(asset, id), beside, asset, -delta);
        }
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
        String state = "a";

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

        @Nullable
        String state;

        /** 0 = for ever, null where it was not set. */
        @Nullable
        Long expiresAtMs;
    }

    /** What this run did to a holder's account: by asset, and the flags that it set last. */
    static final class AccountChange {
        final Map<String, Long> deltas = new TreeMap<>();

        @Nullable
        Boolean frozen;

        @Nullable
        Boolean verified;
    }

    /** What this run did to an item. */
    static final class ItemChange {
        long units;
        long codes;
    }
}
