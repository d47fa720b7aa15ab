package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.CatalogJson;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.OptionalLong;

/** {@code PUT /v1/programs/{program}/card-types/{id}}: replaces all but the asset and the face value, which are for ever. */
public final class PutCardType implements Endpoint {
    private final Backend backend;

    public PutCardType(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        String id = call.path("id");
        CardType type = call.read(fields -> {
            OptionalLong days = fields.optionalInteger("validity_days", 1, CardType.MOST_VALIDITY_DAYS);
            return new CardType(
                    id,
                    fields.text("name", PutItem.NAME),
                    fields.text("asset", PutItem.ASSET),
                    fields.amount("face_value"),
                    days.isPresent() ? (int) days.getAsLong() : null,
                    fields.has("accepted_items")
                            ? new HashSet<>(fields.texts(
                                    "accepted_items", 1, CardType.MOST_ACCEPTED_ITEMS, RedemptionFields.SKU))
                            : fields.absent("accepted_items"),
                    fields.optionalOneOf("secret_format", SecretFormat.class).orElse(SecretFormat.CROCKFORD),
                    0);
        });
        String program = call.program().id();
        return CatalogAnswers.of(
                backend.catalogs(),
                program,
                backend.editor().as(call.actor()).putCardType(program, type),
                CatalogJson::write);
    }
}
