package dev.counterfoil.loadtest.auditor;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** What every account holds of every asset after the postings given to it. */
final class Accounts {
    private record Account(String name, String asset) {}

    private final Map<Account, Long> balances = new HashMap<>();

    void add(Posting posting) {
        balances.merge(new Account(posting.debit(), posting.asset()), -posting.amount(), Math::addExact);
        balances.merge(new Account(posting.credit(), posting.asset()), posting.amount(), Math::addExact);
    }

    long balance(String account, String asset) {
        return balances.getOrDefault(new Account(account, asset), 0L);
    }

    /** The assets that money is counted in: units and codes are not. */
    Set<String> assets() {
        Set<String> assets = new TreeSet<>();
        balances.keySet().forEach(account -> assets.add(account.asset()));
        assets.removeIf(asset -> asset.contains(":"));
        return assets;
    }

    /** Gives each account whose name begins with {@code prefix}, as {@code name asset}, with what it holds. */
    void each(String prefix, BiConsumer<String, Long> reader) {
        balances.forEach((account, balance) -> {
            if (account.name().startsWith(prefix)) {
                reader.accept(account.name() + " " + account.asset(), balance);
            }
        });
    }
}
