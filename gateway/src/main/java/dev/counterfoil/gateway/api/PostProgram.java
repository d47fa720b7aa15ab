package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import io.vertx.core.Future;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** {@code POST /v1/programs}: a new program of the caller's issuer. Asking for the same again changes nothing. */
public final class PostProgram implements Endpoint {
    private static final Text ID = Text.upTo(32);
    private static final Text ZONE = Text.upTo(64);

    private final Backend backend;

    public PostProgram(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        String issuer = call.key().issuer();
        ProgramDraft draft = call.read(fields -> new ProgramDraft(
                fields.text("id", ID),
                issuer,
                fields.text("name", PutItem.NAME),
                zone(fields, fields.text("zone", ZONE)),
                fields.oneOf("mode", Mode.class),
                fields.texts("assets", 1, ProgramDraft.MOST_ASSETS, PutItem.ASSET),
                LimitsField.ofProgram(fields)));
        return CatalogAnswers.of(
                backend.catalogs(),
                draft.id(),
                backend.editor().as(call.actor()).createProgram(draft),
                ReadCatalog::json);
    }

    static ZoneId zone(RequestFields fields, String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            fields.reject("zone", "expected: a zone of the IANA database, such as Asia/Shanghai");
            return ZoneOffset.UTC;
        }
    }
}
