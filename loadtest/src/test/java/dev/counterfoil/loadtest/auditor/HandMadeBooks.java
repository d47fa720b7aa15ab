package dev.counterfoil.loadtest.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Code;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Mention;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Settled;
import dev.counterfoil.loadtest.auditor.PostgresBooks.SettledPosting;
import dev.counterfoil.loadtest.auditor.RedisBooks.Journaled;
import dev.counterfoil.loadtest.auditor.RedisBooks.KeyRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Both stores of a small cell whose books balance, written out by hand, to be spoilt by a test: two cards, one item of
 * goods, one pool of codes, one daily limit, and six transactions of which the journal still holds the last three.
 */
final class HandMadeBooks {
    static final long NOW = 1_790_000_100_000L;
    static final long AT = NOW - 60_000;
    static final String CNY_CARD = "AAAAAAAAAAAAAAAAAAAAAA";
    static final String PICK_CARD = "BBBBBBBBBBBBBBBBBBBBBB";
    static final String QUOTA = "7:account6:crab-85:u_12310:2026-09-21";
    static final long LAPSES = NOW + 1_000_000;

    long nowMs = NOW;
    long epoch = 1;
    long sequence = 6;
    final Map<String, Long> redisHolders = new HashMap<>();
    final Map<String, Long> postgresHolders = new HashMap<>();
    final Set<Long> openHolds = new TreeSet<>();
    final Map<String, Card> redisCards = new HashMap<>();
    final Map<String, Long> redisUnits = new HashMap<>(Map.of("crab-8", 9L));
    final Map<String, List<String>> pools = new HashMap<>(Map.of("video", List.of("k2:s2", "k3:s3")));
    final Map<String, Long> quotas = new HashMap<>(Map.of(QUOTA, 1L));
    final Map<String, KeyRecord> records = new HashMap<>();
    final List<Journaled> journal = new ArrayList<>();
    final List<String> malformed = new ArrayList<>();

    long postgresEpoch = 1;
    long settledSequence = 6;
    final Map<String, IssuedCard> postgresCards = new HashMap<>();
    final Map<String, Long> postgresUnits = new HashMap<>(Map.of("crab-8", 9L, "video", 0L));
    final Map<String, Long> poolSizes = new HashMap<>(Map.of("crab-8", 0L, "video", 2L));
    final Map<String, Code> codes = new HashMap<>(Map.of(
            "k1", new Code("video", "s1", 5L),
            "k2", new Code("video", "s2", null),
            "k3", new Code("video", "s3", null)));
    final List<Settled> transactions = new ArrayList<>();
    final List<SettledPosting> postings = new ArrayList<>();
    final List<Mention> mentions = new ArrayList<>();

    HandMadeBooks() {
        Card cny = new Card("apiA", "6200000000000011", "gift-1000:CNY", 68700, "a", 0);
        Card pick = new Card("apiB", "6200000000000029", "crab-pass:pick", 0, "v", LAPSES);
        redisCards.put(CNY_CARD, cny);
        redisCards.put(PICK_CARD, pick);
        postgresCards.put(CNY_CARD, new IssuedCard(cny, 100000, "bt_1", 1));
        postgresCards.put(PICK_CARD, new IssuedCard(pick, 4, "bt_2", 1));
        issue();
        stocking();
        redemptions();
        reversal();
        transactions.forEach(row -> records.put(row.key(), new KeyRecord(row.fingerprint(), row.sequence())));
        records.put("keyRefused", new KeyRecord("fpRefused", 0));
        transactions.subList(3, 6).forEach(row -> journal.add(new Journaled(row.sequence(), row.data(), row.result())));
    }

    private void issue() {
        transaction(
                1,
                "issue",
                "{'batch':'bt_1'}",
                "['new_card','" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY',100000,'a',0,'bt_1'],"
                        + "['new_card','" + PICK_CARD + "','apiB','6200000000000029','crab-pass:pick',4,'a'," + LAPSES
                        + ",'bt_2']",
                "[],[]");
        posting(1, "issued", "card:" + CNY_CARD, "CNY", 100000);
        posting(1, "issued", "card:" + PICK_CARD, "pick", 4);
    }

    private void stocking() {
        transaction(2, "stocking", "{'item':'crab-8','delta':10}", "['stock','crab-8',10]", "[10]");
        posting(2, "stock-in", "stock:crab-8", "unit:crab-8", 10);
        transaction(
                3,
                "stocking",
                "{'item':'video','load':'ld_1','count':3}",
                "['codes_add','video',3,'k1','k2','k3']",
                "[3]");
        posting(3, "codes-in", "codes:video", "code:video", 3);
    }

    private void redemptions() {
        transaction(
                4,
                "redemption",
                "{'account':'u_123','reference':'A1',"
                        + "'lines':[{'item':'crab-8','quantity':1,'prices':{'CNY':29800,'pick':1}}]}",
                "['stock','crab-8',-1],['card',-1],['quota','" + QUOTA + "',1," + LAPSES + "]",
                "[9],['" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY',29800,70200,'a'],[1]");
        posting(4, "stock:crab-8", "sold", "unit:crab-8", 1);
        posting(4, "card:" + CNY_CARD, "redeemed", "CNY", 29800);
        mentions.add(new Mention(4, CNY_CARD));
        transaction(
                5,
                "redemption",
                "{'lines':[{'item':'video','quantity':1,'prices':{'CNY':1500}}]}",
                "['codes','video',-1],['card',-1]",
                "['k1:s1'],['" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY',1500,68700,'a']");
        posting(5, "codes:video", "delivered", "code:video", 1);
        posting(5, "card:" + CNY_CARD, "redeemed", "CNY", 1500);
        mentions.add(new Mention(5, CNY_CARD));
    }

    private void reversal() {
        transaction(
                6,
                "reversal",
                "{'batch':'bt_2','reason':'batch void'}",
                "['card',-1]",
                "['" + PICK_CARD + "','apiB','6200000000000029','crab-pass:pick',4,0,'v']");
        posting(6, "card:" + PICK_CARD, "void", "pick", 4);
        mentions.add(new Mention(6, PICK_CARD));
    }

    /** Adds a settled transaction; quotes are single for legibility. */
    final void transaction(long seq, String type, String request, String legs, String results) {
        String data = "{'type':'" + type + "','client':'cl_1','idem':'key" + seq + "','fp':'fp" + seq
                + "','durability':'durable','request':" + request + ",'legs':[" + legs + "]}";
        String result = "{'at':" + (AT + seq) + ",'legs':[" + results + "]}";
        transactions.add(new Settled(
                seq,
                AT + seq,
                type,
                "cl_1",
                "key" + seq,
                "fp" + seq,
                request.contains("'account':'u:1'") ? "u:1" : request.contains("account") ? "u_123" : null,
                request.contains("reference") ? "A1" : null,
                data.replace('\'', '"'),
                result.replace('\'', '"')));
    }

    private void posting(long seq, String debit, String credit, String asset, long amount) {
        postings.add(new SettledPosting(seq, AT + seq, new Posting(debit, credit, asset, amount)));
    }

    /** An account gets 5000 fen; then it and the card pay for an order of 70000 together. */
    void holderPays() {
        transaction(7, "adjustment", "{'account':'u:1'}", "['account','u:1','CNY',1,'','']", "[5000,5000]");
        posting(7, "adjusted", "account:CNY:u:1", "CNY", 5000);
        transaction(
                8,
                "redemption",
                "{'amount':70000,'asset':'CNY'}",
                "['due',70000],['card',-1],['account','u:1','CNY',-1,'',''],['paid',0]",
                "[],['" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY',68700,0,'a'],[1300,3700],[0]");
        posting(8, "card:" + CNY_CARD, "redeemed", "CNY", 68700);
        posting(8, "account:CNY:u:1", "redeemed", "CNY", 1300);
        mentions.add(new Mention(8, CNY_CARD));
        redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(0, "a"));
        postgresCards.computeIfPresent(
                CNY_CARD, (id, issued) -> issued.with(issued.card().moved(0, "a")));
        redisHolders.put("account:CNY:u:1", 3700L);
        postgresHolders.put("account:CNY:u:1", 3700L);
        transactions.subList(6, 8).forEach(row -> {
            journal.add(new Journaled(row.sequence(), row.data(), row.result()));
            records.put(row.key(), new KeyRecord(row.fingerprint(), row.sequence()));
        });
        sequence = 8;
        settledSequence = 8;
    }

    /**
     * The card's 68700: 2000 are held, of which 1500 are captured and 300 of those reversed; then 700 are held and stay so.
     */
    void holds() {
        step(
                7,
                "redemption",
                "{'amount':2000,'asset':'CNY'}",
                "['due',2000],['card',-1,'+'],['paid',0],['hold',60000]",
                2000,
                66700,
                "[]",
                false);
        posting(7, "card:" + CNY_CARD, "held:card:" + CNY_CARD, "CNY", 2000);
        String captured = "['follow',7,'c','c:500'," + LAPSES + ",'a:CNY',500,2000],['card',1,'2000']";
        step(8, "capture", "{'of':'tx_7'}", captured, 500, 67200, "[500]", true);
        posting(8, "held:card:" + CNY_CARD, "card:" + CNY_CARD, "CNY", 500);
        posting(8, "held:card:" + CNY_CARD, "redeemed", "CNY", 1500);
        String reversed = "['follow',7,'','c:500'," + LAPSES + ",'a:CNY',300,2000],['card',1]";
        step(9, "reversal", "{'of':'tx_7'}", reversed, 300, 67500, "[800]", true);
        posting(9, "redeemed", "card:" + CNY_CARD, "CNY", 300);
        step(
                10,
                "redemption",
                "{'amount':700,'asset':'CNY'}",
                "['due',700],['card',-1,'+'],['paid',0],['hold',60000]",
                700,
                66800,
                "[]",
                false);
        posting(10, "card:" + CNY_CARD, "held:card:" + CNY_CARD, "CNY", 700);
        openHolds.add(10L);
        redisCards.computeIfPresent(
                CNY_CARD, (id, card) -> card.moved(66800, "a").holding(700));
        postgresCards.computeIfPresent(
                CNY_CARD,
                (id, issued) -> issued.with(issued.card().moved(66800, "a").holding(700)));
        transactions.subList(6, 10).forEach(row -> {
            journal.add(new Journaled(row.sequence(), row.data(), row.result()));
            records.put(row.key(), new KeyRecord(row.fingerprint(), row.sequence()));
        });
        sequence = 10;
        settledSequence = 10;
    }

    private void step(
            long seq, String type, String request, String legs, long amount, long after, String other, boolean first) {
        String card = "['" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY'," + amount + "," + after + ",'a']";
        transaction(seq, type, request, legs, first ? other + "," + card : "[]," + card + ",[0]," + other);
        mentions.add(new Mention(seq, CNY_CARD));
    }

    /** Takes PostgreSQL back to the moment before the last transaction was settled. */
    void unsettleTheLast() {
        transactions.removeIf(row -> row.sequence() == 6);
        postings.removeIf(posting -> posting.sequence() == 6);
        mentions.removeIf(mention -> mention.sequence() == 6);
        postgresCards.computeIfPresent(
                PICK_CARD, (id, issued) -> issued.with(issued.card().moved(4, "a")));
        settledSequence = 5;
    }

    /** Replaces a text in data and result of a transaction, in PostgreSQL and in the journal. */
    void rewrite(int seq, String from, String to) {
        String quotedFrom = from.replace('\'', '"');
        String quotedTo = to.replace('\'', '"');
        Settled old = transactions.get(seq - 1);
        Settled row = new Settled(
                old.sequence(),
                old.atMs(),
                old.type(),
                old.client(),
                old.key(),
                old.fingerprint(),
                old.account(),
                old.reference(),
                old.data().replace(quotedFrom, quotedTo),
                old.result().replace(quotedFrom, quotedTo));
        transactions.set(seq - 1, row);
        journal.replaceAll(entry -> entry.sequence() == seq ? new Journaled(seq, row.data(), row.result()) : entry);
    }

    Report compare() {
        return Books.compare(
                new RedisBooks(
                        nowMs,
                        epoch,
                        sequence,
                        redisCards,
                        redisHolders,
                        openHolds,
                        redisUnits,
                        pools,
                        quotas,
                        records,
                        journal,
                        malformed),
                new PostgresBooks(
                        postgresEpoch,
                        settledSequence,
                        postgresCards,
                        postgresHolders,
                        postgresUnits,
                        poolSizes,
                        codes,
                        transactions,
                        postings,
                        mentions));
    }

    /** Fails on each of {@code checks}, perhaps on more, and names the row. */
    void assertFails(String row, Check... checks) {
        Report report = compare();
        assertThat(report.balanced()).isFalse();
        assertThat(failed(report)).as(report.toString()).contains(checks);
        assertThat(report.toString()).contains(row);
    }

    void assertFailsOnly(String row, Check... checks) {
        Report report = compare();
        assertThat(failed(report)).as(report.toString()).containsExactlyInAnyOrder(checks);
        assertThat(report.toString()).contains(row);
    }

    static Set<Check> failed(Report report) {
        return Arrays.stream(Check.values())
                .filter(check -> report.wrong(check) > 0)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Check.class)));
    }
}
