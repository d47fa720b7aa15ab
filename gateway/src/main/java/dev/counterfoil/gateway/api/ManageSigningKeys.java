package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningKey;
import dev.counterfoil.ledger.access.SigningKeyDraft;
import dev.counterfoil.ledger.access.SigningKeyJson;
import dev.counterfoil.ledger.access.SigningUse;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/signing-keys} and below: the keys with which clients of the caller's issuer sign. A secret is in the answer that makes
 * it, and nowhere else.
 */
final class ManageSigningKeys {
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no such signing key"));
    private static final Text WORD = Text.upTo(20);

    /** PEM has several lines. */
    private static final Text PEM = new Text(1, 2_000, Optional.of(Pattern.compile("[\\x20-\\x7e\\r\\n]*")), "PEM");

    private final Administration administration;

    ManageSigningKeys(Administration administration) {
        this.administration = administration;
    }

    Future<Answer> list(Call call) {
        IdPage page = call.query(IdPage::read);
        return administration
                .signingStore()
                .list(call.key().issuer(), page.after(), page.oneMore())
                .map(found -> page.answer(found, SigningKeyJson::write));
    }

    Future<Answer> one(Call call) {
        return own(call).map(found -> answer(found));
    }

    Future<Answer> create(Call call) {
        requireWhole(call);
        SigningKeyDraft draft = call.read(this::draft);
        return ManageKeys.requireClient(administration, call, draft.client())
                .compose(client ->
                        administration.signingPublisher().as(call.actor()).create(draft))
                .map(issued -> {
                    JsonObject body = SigningKeyJson.write(issued.key());
                    String secret = issued.secret();
                    return Answer.created(secret == null ? body : body.put("secret", secret))
                            .noStore();
                });
    }

    Future<Answer> revoke(Call call) {
        requireWhole(call);
        return call.read(none -> Boolean.TRUE)
                ? own(call)
                        .compose(found -> found.isEmpty()
                                ? Future.succeededFuture(found)
                                : administration
                                        .signingPublisher()
                                        .as(call.actor())
                                        .revoke(found.get().id()))
                        .map(ManageSigningKeys::answer)
                : Future.succeededFuture(NOT_FOUND);
    }

    /** A signing key is good in every program of its client, so a key for some of them may not make or revoke one. */
    private static void requireWhole(Call call) {
        if (call.key().programs() != null) {
            throw new Rejection(Problem.of(
                    ProblemCode.FORBIDDEN,
                    "the key is for some programs only (expected: one for all of its issuer's)"));
        }
    }

    private SigningKeyDraft draft(RequestFields fields) {
        @Nullable String publicKey = fields.optionalText("public_key", PEM).orElse(null);
        return new SigningKeyDraft(
                fields.text("client", KeyFields.CLIENT),
                SigningUse.of(fields.text("use", WORD)),
                SigningAlgorithm.of(fields.text("algorithm", WORD)),
                publicKey,
                fields.text("name", ManageClients.NAME),
                KeyFields.future(fields, administration.clock().instant()));
    }

    private Future<Optional<SigningKey>> own(Call call) {
        return administration
                .signingStore()
                .find(call.path("id"))
                .map(found -> found.filter(key -> key.issuer().equals(call.key().issuer())));
    }

    private static Answer answer(Optional<SigningKey> key) {
        return key.map(found -> Answer.ok(SigningKeyJson.write(found)).noStore())
                .orElse(NOT_FOUND);
    }
}
