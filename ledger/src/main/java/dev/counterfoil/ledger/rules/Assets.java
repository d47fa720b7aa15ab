package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.catalog.Program;
import java.util.List;

/** How callers name assets. */
public final class Assets {
    /** 余额: a holder's money, whatever currency the program has. */
    public static final String CREDIT = "credit";

    private Assets() {}

    /**
     * The asset that {@code named} is in {@code program}. {@code credit} is its currency, the one asset of three capital
     * letters (ISO 4217), unless it has an asset of that name, or not exactly one currency; every other name is itself.
     */
    public static String resolved(Program program, String named) {
        List<String> currencies = program.assets().stream()
                .filter(asset -> asset.matches("[A-Z]{3}"))
                .toList();
        return named.equals(CREDIT) && !program.assets().contains(CREDIT) && currencies.size() == 1
                ? currencies.get(0)
                : named;
    }
}
