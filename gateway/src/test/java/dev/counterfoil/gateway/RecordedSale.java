package dev.counterfoil.gateway;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.linearizability.Change;
import dev.counterfoil.gateway.linearizability.Operation;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients that redeem, look up and restock through two gateways at once, and the history of each card and each item: what was
 * asked, what was answered, and when, by one clock. A call whose outcome is unknown is either sent again under its key until
 * it is answered, and is then one call from the first try to the last answer, or left open.
 */
final class RecordedSale {
    static final long FACE = 100_000;
    static final Map<String, Long> PRICES = Map.of("pen", 5_900L, "ink", 3_900L);
    static final long UNITS = 40;
    static final String HAD_HAPPENED = "unknown, had happened";
    private static final int CARDS_AT_ONCE = 3;
    private static final int CALLS_A_CARD = 60;
    private static final int MOST_TRIES = 50;
    private static final Pattern THERE = Pattern.compile("asked for (\\d+) .*, there are (\\d+)");

    private final TwoGateways gateways;
    private final long seed;
    private final Map<String, Queue<Operation<Change>>> cards = new ConcurrentHashMap<>();
    private final Map<String, Queue<Operation<Change>>> items = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> secrets;

    /** {@code total} calls, spread over cards of which a few are in use at any time. */
    RecordedSale(TwoGateways gateways, long seed, int total) {
        this.gateways = gateways;
        this.seed = seed;
        this.secrets = gateways.cards(total / CALLS_A_CARD + CARDS_AT_ONCE);
        PRICES.forEach(
                (sku, price) -> gateways.item(sku + seed, new JsonObject().put("CNY", price), UNITS, new JsonObject()));
    }

    /** Runs {@code clients} at once until {@code total} calls were made; then every card is read once more. */
    void run(int clients, int total) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed * 1_000 + i);
            running.add(threads.submit(() -> {
                for (int call = calls.getAndIncrement(); call < total; call = calls.getAndIncrement()) {
                    any(random, call);
                }
            }));
        }
        threads.shutdown();
        for (Future<?> client : running) {
            client.get(60, TimeUnit.SECONDS);
        }
        for (String secret : secrets) {
            lookUp(0, secret);
        }
        for (String sku : PRICES.keySet()) {
            restock(1, sku + seed, 1);
        }
    }

    private void any(Random random, int call) {
        int gateway = random.nextInt(2);
        String secret =
                secrets.get(call / CALLS_A_CARD % (secrets.size() - CARDS_AT_ONCE) + random.nextInt(CARDS_AT_ONCE));
        String sku = PRICES.keySet().stream().sorted().toList().get(random.nextInt(2)) + seed;
        switch (random.nextInt(10)) {
            case 0, 1 -> lookUp(gateway, secret);
            // Less than is asked for, so that stock runs out as surely as balances do.
            case 2 -> restock(gateway, sku, 1 + random.nextInt(3));
            default -> redeem(gateway, secret, sku, 1 + random.nextInt(4), random.nextInt(4) > 0);
        }
    }

    private void redeem(int gateway, String secret, String sku, int quantity, boolean insists) {
        long amount = quantity * PRICES.get(sku.replaceAll("\\d", ""));
        JsonObject body =
                new JsonObject().put("secret", secret).put("item", sku).put("quantity", quantity);
        long invoked = System.nanoTime();
        Answer answer = answered(gateway, "/redemptions", body, insists);
        String code = code(answer);
        long answered = code.equals("outcome_unknown") ? Operation.NEVER : System.nanoTime();
        switch (code) {
            case "posted" -> {
                long after = answer.json().getJsonObject("card").getLong("balance");
                note(cards, secret, Change.posted(-amount, after), invoked, answered);
                note(items, sku, Change.posted(-quantity), invoked, answered);
            }
            case "insufficient_stock" -> note(items, sku, Change.lacking(-quantity, there(answer)), invoked, answered);
            case "insufficient_balance" -> {
                note(cards, secret, Change.lacking(-amount, there(answer)), invoked, answered);
                note(items, sku, Change.enough(-quantity), invoked, answered);
            }
            case "outcome_unknown" -> {
                note(cards, secret, Change.unknown(-amount), invoked, answered);
                note(items, sku, Change.unknown(-quantity), invoked, answered);
            }
            default -> requireNothingHappened(answer);
        }
    }

    private void restock(int gateway, String sku, int units) {
        long invoked = System.nanoTime();
        Answer answer = answered(gateway, "/items/" + sku + "/stock", new JsonObject().put("delta", units), true);
        switch (code(answer)) {
            case "posted" ->
                note(items, sku, Change.posted(units, answer.json().getLong("units")), invoked, System.nanoTime());
            case "outcome_unknown" -> note(items, sku, Change.unknown(units), invoked, Operation.NEVER);
            default -> requireNothingHappened(answer);
        }
    }

    private void lookUp(int gateway, String secret) {
        long invoked = System.nanoTime();
        Answer answer = gateways.lookUp(gateway, secret).join();
        if (answer.status() == 200) {
            note(cards, secret, Change.read(answer.json().getLong("balance")), invoked, System.nanoTime());
        } else {
            requireNothingHappened(answer);
        }
    }

    /**
     * The answer, after further tries under the same key, at the other gateway each time, where a try left the outcome
     * open. A last answer that promises nothing of an earlier try leaves it open too.
     */
    private Answer answered(int gateway, String path, JsonObject body, boolean insists) {
        String key = RunningGateway.key();
        Answer answer = gateways.post(gateway, path, key, body).join();
        boolean open = code(answer).equals("outcome_unknown");
        count(code(answer));
        if (!open || !insists) {
            return answer;
        }
        Answer unknown = answer;
        for (int i = 1; i <= MOST_TRIES; i++) {
            try {
                answer = gateways.post((gateway + i) % 2, path, key, body).join();
            } catch (CompletionException e) {
                continue;
            }
            if (answer.status() != 503) {
                count(answer.replayed() ? HAD_HAPPENED : "unknown, had not happened");
                return answer;
            }
            pause();
        }
        return unknown;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers that promise that nothing was posted are not part of any history: if they lie, the others do not add up. */
    private void requireNothingHappened(Answer answer) {
        if (answer.status() != 503 || !code(answer).equals("ledger_unavailable")) {
            throw new IllegalStateException(answer.status() + " " + answer.text());
        }
        calls.decrementAndGet();
        pause();
    }

    private static String code(Answer answer) {
        return answer.status() == 201 ? "posted" : String.valueOf(answer.code());
    }

    private static long there(Answer answer) {
        Matcher matcher = THERE.matcher(answer.json().getString("detail"));
        if (!matcher.find()) {
            throw new IllegalStateException(answer.text());
        }
        return Long.parseLong(matcher.group(2));
    }

    private void count(String outcome) {
        outcomes.computeIfAbsent(outcome, unknown -> new AtomicInteger()).incrementAndGet();
    }

    private static void note(
            Map<String, Queue<Operation<Change>>> histories,
            String object,
            Change change,
            long invoked,
            long answered) {
        histories
                .computeIfAbsent(object, unknown -> new ConcurrentLinkedQueue<>())
                .add(new Operation<>(change, invoked, answered));
    }

    /** How often each code was the first answer to a post, and what became of those that were unknown. */
    Map<String, Integer> outcomes() {
        Map<String, Integer> counts = new TreeMap<>();
        outcomes.forEach((code, count) -> counts.put(code, count.get()));
        return counts;
    }

    /** By secret. */
    Map<String, List<Operation<Change>>> cardHistories() {
        return copy(cards);
    }

    /** By sku. */
    Map<String, List<Operation<Change>>> itemHistories() {
        return copy(items);
    }

    private static Map<String, List<Operation<Change>>> copy(Map<String, Queue<Operation<Change>>> histories) {
        Map<String, List<Operation<Change>>> copy = new TreeMap<>();
        histories.forEach((object, history) -> copy.put(object, List.copyOf(history)));
        return copy;
    }
}
