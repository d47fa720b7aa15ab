package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.ProgramPatch;
import io.vertx.core.Future;

/** {@code PATCH /v1/programs/{program}}: fields that are left out stay; {@code limits} are replaced as a whole. */
public final class PatchProgram implements Endpoint {
    private static final Text ZONE = Text.upTo(64);

    private final Backend backend;

    public PatchProgram(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        ProgramPatch patch = call.read(fields -> {
            boolean limited = fields.has("limits");
            Limits limits = LimitsField.ofProgram(fields);
            return new ProgramPatch(
                    fields.optionalText("name", PutItem.NAME).orElse(null),
                    fields.optionalText("zone", ZONE)
                            .map(zone -> PostProgram.zone(fields, zone))
                            .orElse(null),
                    fields.has("assets")
                            ? fields.texts("assets", 1, ProgramDraft.MOST_ASSETS, PutItem.ASSET)
                            : fields.absent("assets"),
                    limited ? limits : null);
        });
        String program = call.program().id();
        return CatalogAnswers.of(
                backend.catalogs(),
                program,
                backend.editor().as(call.actor()).patchProgram(program, patch),
                ReadCatalog::json);
    }
}
