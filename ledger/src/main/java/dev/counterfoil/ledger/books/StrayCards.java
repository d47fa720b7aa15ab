package dev.counterfoil.ledger.books;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds cards in Redis that the books do not know: value that nobody issued. */
final class StrayCards {
    private static final int CARDS_A_LOOK = 10_000;
    private static final String CARD = ":card:";

    private final Sides sides;
    private final Map<String, CellCheck> checks = new HashMap<>();
    private final Map<String, List<String>> waiting = new HashMap<>();
    private final Map<String, Set<String>> unknown = new HashMap<>();

    private long looked;

    StrayCards(Sides sides, List<CellCheck> checks) {
        this.sides = sides;
        checks.forEach(check -> this.checks.put(check.findings.cell.tag(), check));
    }

    /** A key {@code {p.c}:card:<id>}; keys of cells that are not compared are passed over. */
    void met(String key) {
        int end = key.indexOf(CARD);
        String tag = key.substring(0, Math.max(end, 0));
        if (checks.containsKey(tag)) {
            List<String> ids = waiting.computeIfAbsent(tag, any -> new ArrayList<>());
            ids.add(key.substring(end + CARD.length()));
            if (ids.size() == CARDS_A_LOOK) {
                look(tag, ids);
            }
        }
    }

    /** Looks at what is left, and once more, after settlement, at the cards that were not in the books yet. */
    void finish() {
        waiting.forEach(this::look);
        unknown.forEach((tag, ids) -> {
            CellCheck check = checks.get(tag);
            List<String> all = new ArrayList<>(ids);
            for (int from = 0; check != null && from < all.size(); from += CARDS_A_LOOK) {
                check.stray(all.subList(from, Math.min(all.size(), from + CARDS_A_LOOK)));
            }
        });
    }

    private void look(String tag, List<String> ids) {
        CellCheck check = checks.get(tag);
        if (check == null || ids.isEmpty()) {
            return;
        }
        looked += ids.size();
        sides.progress.at("cards in Redis looked up in the books", looked, 0);
        Set<String> missing = new HashSet<>(ids);
        missing.removeAll(sides.snapshot(books -> books.known(check.cellId(), ids)));
        ids.clear();
        if (!missing.isEmpty()) {
            unknown.computeIfAbsent(tag, any -> new HashSet<>()).addAll(missing);
        }
    }
}
