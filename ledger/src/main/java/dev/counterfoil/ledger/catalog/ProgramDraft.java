package dev.counterfoil.ledger.catalog;

import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;

/**
 * A program as its issuer describes it.
 *
 * @param id slug, unique in the installation
 * @param issuer slug of the tenant it belongs to
 * @param zone in which its business days run
 * @param assets what its cards may hold and its items may cost, 1 to 16
 * @param limits across all items
 */
public record ProgramDraft(
        String id, String issuer, String name, ZoneId zone, Mode mode, List<String> assets, Limits limits) {
    /** The most assets of one program. */
    public static final int MOST_ASSETS = 16;

    public ProgramDraft {
        id = Fields.slug("/id", id);
        issuer = Fields.slug("/issuer", issuer);
        name = Fields.name("/name", name);
        assets = checkedAssets(assets);
    }

    static List<String> checkedAssets(List<String> assets) {
        if (assets.isEmpty() || assets.size() > MOST_ASSETS) {
            throw new InvalidField("/assets", assets.size() + " assets (expected: 1.." + MOST_ASSETS + ")");
        }
        for (int i = 0; i < assets.size(); i++) {
            Fields.asset("/assets/" + i, assets.get(i));
        }
        if (new HashSet<>(assets).size() < assets.size()) {
            throw new InvalidField("/assets", assets + " (expected: each once)");
        }
        return List.copyOf(assets);
    }
}
