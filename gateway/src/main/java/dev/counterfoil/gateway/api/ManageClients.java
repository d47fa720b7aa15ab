package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.access.Client;
import dev.counterfoil.ledger.catalog.Fields;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** {@code GET} and {@code POST /v1/clients}: who holds keys of the caller's issuer. */
final class ManageClients {
    static final Text NAME = Text.upTo(Fields.LONGEST_NAME);

    private final Administration administration;

    ManageClients(Administration administration) {
        this.administration = administration;
    }

    Future<Answer> list(Call call) {
        IdPage page = call.query(IdPage::read);
        return administration
                .keyStore()
                .clients(call.key().issuer(), page.after(), page.oneMore())
                .map(found -> page.answer(found, ManageClients::json));
    }

    Future<Answer> create(Call call) {
        String name = call.read(fields -> fields.text("name", NAME));
        return administration
                .keyStore()
                .as(call.actor())
                .createClient(call.key().issuer(), name)
                .map(client -> Answer.created(json(client)).noStore());
    }

    private static JsonObject json(Client client) {
        return new JsonObject()
                .put("id", client.id())
                .put("issuer", client.issuer())
                .put("name", client.name());
    }
}
