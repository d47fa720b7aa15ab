package dev.counterfoil.ledger.catalog;

import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to change of a program; null leaves as it is. {@code assets} may add to the program's, not take away. */
public record ProgramPatch(
        @Nullable String name,
        @Nullable ZoneId zone,
        @Nullable List<String> assets,
        @Nullable Limits limits) {
    public ProgramPatch {
        name = name == null ? null : Fields.name("/name", name);
        assets = assets == null ? null : ProgramDraft.checkedAssets(assets);
    }

    ProgramDraft onto(ProgramDraft old) {
        return new ProgramDraft(
                old.id(),
                old.issuer(),
                name == null ? old.name() : name,
                zone == null ? old.zone() : zone,
                old.mode(),
                assets == null ? old.assets() : assets,
                limits == null ? old.limits() : limits);
    }
}
