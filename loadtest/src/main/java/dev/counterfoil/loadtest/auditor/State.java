package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Code;
import dev.counterfoil.loadtest.auditor.Recount.Counter;
import dev.counterfoil.loadtest.auditor.Recount.Delivered;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What stands in a store against what was counted: cards, value, stock, codes and quotas. */
final class State {
    private final Report report;
    private final Recount recount;

    State(Report report, Recount recount) {
        this.report = report;
        this.recount = recount;
    }

    /** {@code written} are the accounts by the postings found in PostgreSQL. */
    void comparePostgresql(PostgresBooks postgres, Accounts written) {
        same(Check.CARDS_IN_POSTGRESQL, "card", recount.cards(), postgres.cards());
        postgres.cards().forEach((id, issued) -> {
            long posted = written.balance("card:" + id, issued.card().asset());
            report.expect(
                    Check.CARDS_IN_POSTGRESQL,
                    posted == issued.card().balance(),
                    () -> "card " + id + " has " + issued.card().balance() + ", its postings say " + posted);
            notNegative("card " + id + " in PostgreSQL", issued.card().balance());
            long held = written.balance("held:card:" + id, issued.card().asset());
            report.expect(
                    Check.CARDS_IN_POSTGRESQL,
                    held == issued.card().held(),
                    () -> "card " + id + " holds " + issued.card().held() + ", its postings say " + held);
        });
        same(Check.STOCK, "units in PostgreSQL of item", positive(recount.units()), positive(postgres.units()));
        postgres.units().forEach((sku, units) -> {
            long posted = written.balance("stock:" + sku, "unit:" + sku);
            report.expect(
                    Check.STOCK,
                    posted == units,
                    () -> "item " + sku + " has " + units + " units, its postings say " + posted);
            notNegative("item " + sku + " in PostgreSQL", units);
        });
        codes(postgres, written);
        same(Check.ACCOUNTS, "balance in PostgreSQL of", positive(recount.holders()), positive(postgres.holders()));
        postgres.holders().forEach((name, balance) -> {
            String account = name.startsWith("held:") ? "held:account:" + name.substring(5) : name;
            long posted = written.balance(account, asset(name));
            report.expect(
                    Check.ACCOUNTS, posted == balance, () -> name + " has " + balance + ", its postings say " + posted);
            notNegative(name + " in PostgreSQL", balance);
        });
        value("PostgreSQL", written, balances(postgres.cards(), postgres.holders(), IssuedCard::card));
    }

    private void codes(PostgresBooks postgres, Accounts written) {
        Map<String, Long> sizes = new HashMap<>();
        recount.pools().forEach(sku -> sizes.put(sku, (long) recount.pool(sku).size()));
        same(Check.CODES, "size in PostgreSQL of pool", positive(sizes), positive(postgres.poolSizes()));
        postgres.poolSizes().forEach((sku, size) -> {
            long posted = written.balance("codes:" + sku, "code:" + sku);
            report.expect(
                    Check.CODES,
                    posted == size,
                    () -> "pool " + sku + " has " + size + " codes, its postings say " + posted);
        });
        Map<String, Code> expected = new HashMap<>();
        recount.pools().forEach(sku -> recount.pool(sku).forEach(id -> expected.put(id, new Code(sku, "", null))));
        recount.delivered().forEach((id, code) -> expected.put(id, new Code(code.sku(), "", code.sequence())));
        Map<String, Code> found = new HashMap<>();
        postgres.codes().forEach((id, code) -> found.put(id, new Code(code.sku(), "", code.sequence())));
        same(Check.CODES, "code", expected, found);
    }

    void compareRedis(RedisBooks redis, PostgresBooks postgres) {
        Map<String, Card> cards = new HashMap<>();
        recount.cards().forEach((id, issued) -> cards.put(id, issued.card()));
        same(Check.CARDS_IN_REDIS, "card", cards, redis.cards());
        redis.cards().forEach((id, card) -> notNegative("card " + id + " in Redis", card.balance()));
        same(Check.ACCOUNTS, "balance in Redis of", positive(recount.holders()), positive(redis.holders()));
        redis.holders().forEach((name, balance) -> notNegative(name + " in Redis", balance));
        same(Check.STOCK, "units in Redis of item", positive(recount.units()), positive(redis.units()));
        redis.units().forEach((sku, units) -> notNegative("item " + sku + " in Redis", units));
        Set<String> skus = new TreeSet<>(recount.pools());
        skus.addAll(redis.pools().keySet());
        skus.forEach(sku -> pool(sku, redis.pools().getOrDefault(sku, List.of()), postgres));
        recount.delivered().forEach((id, code) -> delivered(id, code, postgres));
        quotas(redis);
        report.expect(
                Check.HOLDS,
                recount.openHolds().equals(redis.openHolds()),
                () -> "open holds in Redis are " + redis.openHolds() + ", counted " + recount.openHolds());
        value("Redis", recount.accounts(), balances(redis.cards(), redis.holders(), Function.identity()));
    }

    /** A pool holds the codes that were counted, in their order, sealed as they were loaded. */
    private void pool(String sku, List<String> found, PostgresBooks postgres) {
        List<String> ids = found.stream()
                .map(code -> code.substring(0, Math.max(0, code.indexOf(':'))))
                .toList();
        List<String> expected = recount.pool(sku);
        report.expect(Check.CODES, ids.equals(expected), () -> "pool " + sku + " in Redis " + parted(expected, ids));
        report.expect(
                Check.CODES, new HashSet<>(ids).size() == ids.size(), () -> "pool " + sku + " holds a code twice");
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            sealed(id, found.get(i).substring(Math.min(found.get(i).length(), id.length() + 1)), postgres);
        }
    }

    private void delivered(String id, Delivered code, PostgresBooks postgres) {
        sealed(id, code.sealed(), postgres);
    }

    private void sealed(String id, String text, PostgresBooks postgres) {
        Code code = postgres.codes().get(id);
        report.expect(
                Check.CODES,
                code != null && code.sealed().equals(text),
                () -> "code " + id + " is not sealed as in PostgreSQL");
    }

    private static String parted(List<String> expected, List<String> found) {
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            if (!expected.get(i).equals(found.get(i))) {
                return "holds " + found.get(i) + " at " + i + ", expected " + expected.get(i);
            }
        }
        return "holds " + found.size() + " codes, expected " + expected.size();
    }

    private void quotas(RedisBooks redis) {
        recount.quotas().forEach((key, counter) -> {
            if (!counter.lapsed(redis.nowMs()) && !redis.quotas().containsKey(key)) {
                report.expect(Check.QUOTAS, false, () -> "quota " + key + " is missing, counted " + counter.used());
            }
        });
        redis.quotas().forEach((key, used) -> {
            Counter counter = recount.quotas().get(key);
            report.expect(
                    Check.QUOTAS,
                    counter != null && counter.used() == used,
                    () -> "quota " + key + " is " + used + ", counted " + counter);
            notNegative("quota " + key + " in Redis", used);
        });
    }

    private void value(String store, Accounts accounts, Map<String, Long> balances) {
        Set<String> assets = new TreeSet<>(accounts.assets());
        assets.addAll(balances.keySet());
        for (String asset : assets) {
            long issued = -accounts.balance("issued", asset);
            long redeemed = accounts.balance("redeemed", asset);
            long voided = accounts.balance("void", asset);
            long adjusted = accounts.balance("adjusted", asset);
            long expired = accounts.balance("expired", asset);
            long there = balances.getOrDefault(asset, 0L);
            report.expect(
                    Check.VALUE,
                    issued == there + redeemed + voided + adjusted + expired,
                    () -> store + ": issued " + issued + " " + asset + ", balances and held " + there + " + redeemed "
                            + redeemed + " + void " + voided + " + adjusted " + adjusted + " + expired " + expired);
        }
    }

    /** Prints what the counts came to. */
    void totals(RedisBooks redis, PostgresBooks postgres) {
        Accounts accounts = recount.accounts();
        Map<String, Long> inRedis = balances(redis.cards(), redis.holders(), Function.identity());
        Map<String, Long> inPostgres = balances(postgres.cards(), postgres.holders(), IssuedCard::card);
        for (String asset : accounts.assets()) {
            report.total(asset + ": issued " + -accounts.balance("issued", asset) + ", balances in Redis "
                    + inRedis.getOrDefault(asset, 0L) + ", in PostgreSQL " + inPostgres.getOrDefault(asset, 0L)
                    + ", redeemed " + accounts.balance("redeemed", asset) + ", void "
                    + accounts.balance("void", asset));
        }
        for (String sku : new TreeSet<>(recount.units().keySet())) {
            String unit = "unit:" + sku;
            report.total(unit + ": stocked " + -accounts.balance("stock-in", unit) + ", sold "
                    + accounts.balance("sold", unit) + ", left " + recount.units(sku));
        }
        for (String sku : new TreeSet<>(recount.pools())) {
            String code = "code:" + sku;
            report.total(code + ": loaded " + -accounts.balance("codes-in", code) + ", delivered "
                    + accounts.balance("delivered", code) + ", left "
                    + recount.pool(sku).size());
        }
    }

    /** {@code account:<asset>:<id>} or {@code held:<asset>:<id>} */
    private static String asset(String name) {
        int start = name.indexOf(':') + 1;
        return name.substring(start, name.indexOf(':', start));
    }

    private static <T> Map<String, Long> balances(
            Map<String, T> cards, Map<String, Long> holders, Function<T, Card> card) {
        Map<String, Long> balances = new HashMap<>();
        holders.forEach((name, balance) -> balances.merge(asset(name), balance, Math::addExact));
        cards.values()
                .forEach(row -> balances.merge(
                        card.apply(row).asset(),
                        Math.addExact(card.apply(row).balance(), card.apply(row).held()),
                        Math::addExact));
        return balances;
    }

    private static Map<String, Long> positive(Map<String, Long> counts) {
        Map<String, Long> positive = new HashMap<>(counts);
        positive.values().removeIf(count -> count == 0);
        return positive;
    }

    private <T> void same(Check check, String what, Map<String, T> expected, Map<String, T> found) {
        BiFunction<@Nullable T, @Nullable T, String> row = (want, have) -> "is " + have + ", counted " + want;
        expected.forEach((key, want) -> {
            if (!found.containsKey(key)) {
                report.expect(check, false, () -> what + " " + key + " is missing, counted " + want);
            }
        });
        found.forEach((key, have) -> {
            T want = expected.get(key);
            report.expect(check, Objects.equals(want, have), () -> what + " " + key + " " + row.apply(want, have));
        });
    }

    private void notNegative(String what, long value) {
        report.expect(Check.NEGATIVE, value >= 0, () -> what + " is at " + value);
    }
}
