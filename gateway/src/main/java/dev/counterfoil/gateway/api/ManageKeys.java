package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyDraft;
import dev.counterfoil.ledger.access.KeyJson;
import dev.counterfoil.ledger.access.KeyPatch;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Rotation;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.InvalidField;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/keys} and below: the keys of the caller's issuer; of those that are for programs which the caller's own key is not
 * for, it does not learn that they exist. A key gives only scopes and programs that it has itself, and no more value than its own ceilings: what
 * it makes counts with it. A key's text is in the answer that makes it, and nowhere else.
 */
final class ManageKeys {
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no such key"));

    private final Administration administration;

    ManageKeys(Administration administration) {
        this.administration = administration;
    }

    Future<Answer> list(Call call) {
        IdPage page = call.query(IdPage::read);
        return administration
                .keyStore()
                .list(call.key(), page.after(), page.oneMore())
                .map(found -> page.answer(found, ManageKeys::json));
    }

    Future<Answer> one(Call call) {
        return administration
                .keyStore()
                .find(call.path("id"))
                .map(found -> found.filter(listed -> call.key().oversees(listed.key()))
                        .map(listed -> Answer.ok(json(listed)).noStore())
                        .orElse(NOT_FOUND));
    }

    Future<Answer> create(Call call) {
        KeyDraft draft = call.read(
                fields -> KeyFields.draft(fields, administration.clock().instant()));
        requireOwn(call.key(), draft.scopes(), draft.programs(), draft.terms());
        return requireClient(administration, call, draft.client())
                .compose(
                        client -> administration.keyPublisher().as(call.actor()).create(draft, lineage(call.key())))
                .map(issued -> Answer.created(KeyJson.write(issued.key()).put("key", issued.text()))
                        .noStore());
    }

    Future<Answer> change(Call call) {
        KeyPatch patch = call.read(
                fields -> KeyFields.patch(fields, administration.clock().instant()));
        return own(call, key -> {
            KeyTerms after = patch.terms().apply(key.terms());
            requireOwn(call.key(), key.scopes(), key.programs(), after);
            if (countsElsewhere(call.key(), key)
                    && !after.ceilings().within(key.terms().ceilings())) {
                throw new Rejection(Problem.of(
                        ProblemCode.FORBIDDEN, "a key with ceilings raises only those of keys that count with it"));
            }
            return administration
                    .keyPublisher()
                    .as(call.actor())
                    .patch(key.id(), patch)
                    .map(ManageKeys::answer);
        });
    }

    /** Works also while PostgreSQL is away. */
    Future<Answer> revoke(Call call) {
        return call.read(none -> Boolean.TRUE)
                ? own(
                        call,
                        key -> administration
                                .keyPublisher()
                                .as(call.actor())
                                .revoke(key.id())
                                .map(ManageKeys::answer))
                : Future.succeededFuture(NOT_FOUND);
    }

    Future<Answer> rotate(Call call) {
        Rotation rotation = call.read(this::rotation);
        return own(call, key -> {
            requireOwn(call.key(), key.scopes(), key.programs(), key.terms());
            if (countsElsewhere(call.key(), key)) {
                throw new Rejection(
                        Problem.of(ProblemCode.FORBIDDEN, "a key with ceilings rotates only keys that count with it"));
            }
            return administration
                    .keyPublisher()
                    .as(call.actor())
                    .rotate(key.id(), rotation)
                    .map(rotated -> rotated.map(done -> Answer.created(
                                            KeyJson.write(done.successor().key())
                                                    .put("key", done.successor().text())
                                                    .put("rotated", KeyJson.write(done.old())))
                                    .noStore())
                            .orElse(NOT_FOUND));
        });
    }

    private Rotation rotation(RequestFields fields) {
        long seconds = fields.optionalInteger("overlap_seconds", 0, Rotation.LONGEST_OVERLAP.toSeconds())
                .orElse(Rotation.DEFAULT_OVERLAP.toSeconds());
        return new Rotation(
                Duration.ofSeconds(seconds),
                KeyFields.future(fields, administration.clock().instant()));
    }

    /** Does it to the key of the path where it is the issuer's: known in memory, or made so lately that only PostgreSQL has it. */
    private Future<Answer> own(Call call, Function<ApiKey, Future<Answer>> then) {
        String id = call.path("id");
        Optional<ApiKey> known = administration.keys().find(id);
        Future<Optional<ApiKey>> found = known.isPresent()
                ? Future.succeededFuture(known)
                : administration.keyStore().find(id).map(listed -> listed.map(KeyStore.Listed::key));
        return found.compose(
                key -> key.filter(call.key()::oversees).map(then).orElseGet(() -> Future.succeededFuture(NOT_FOUND)));
    }

    /** Of a key with ceilings: what it makes counts with it, or each key that it makes would be another allowance. */
    private static @Nullable String lineage(ApiKey giver) {
        return giver.terms().ceilings().equals(Ceilings.NONE) ? null : giver.lineage();
    }

    /** Whether a key is another allowance beside that of a giver with ceilings, which he must not make a larger one, nor a second. */
    private static boolean countsElsewhere(ApiKey giver, ApiKey key) {
        String line = lineage(giver);
        return line != null && !line.equals(key.lineage());
    }

    /** Whoever holds a key may not get more through another. */
    private static void requireOwn(ApiKey giver, Set<Scope> scopes, @Nullable Set<String> programs, KeyTerms terms) {
        Set<Scope> lacking = EnumSet.copyOf(scopes);
        lacking.removeAll(giver.scopes());
        if (!lacking.isEmpty()) {
            throw new Rejection(Problem.of(
                    ProblemCode.FORBIDDEN,
                    "a key gives only scopes that it has itself, and lacks: "
                            + lacking.stream().map(Scope::token).collect(Collectors.joining(", "))));
        }
        Set<String> own = giver.programs();
        if (own != null && (programs == null || !own.containsAll(programs))) {
            throw new Rejection(Problem.of(
                    ProblemCode.FORBIDDEN, "a key gives only programs that it has itself: " + String.join(", ", own)));
        }
        if (!terms.ceilings().within(giver.terms().ceilings())) {
            throw new Rejection(Problem.of(
                    ProblemCode.FORBIDDEN, "a key with ceilings gives only keys with the same or lower ones"));
        }
    }

    /** A client of another issuer reads as one that does not exist. */
    static Future<String> requireClient(Administration administration, Call call, String client) {
        return administration.keyStore().issuerOf(client).map(issuer -> {
            if (!issuer.equals(Optional.of(call.key().issuer()))) {
                throw new InvalidField("/client", "\"" + client + "\" (expected: a client that exists)");
            }
            return client;
        });
    }

    private static Answer answer(Optional<ApiKey> changed) {
        return changed.map(key -> Answer.ok(KeyJson.write(key)).noStore()).orElse(NOT_FOUND);
    }

    private static JsonObject json(KeyStore.Listed listed) {
        JsonObject json = KeyJson.write(listed.key());
        return listed.lastUsedAt() == null
                ? json
                : json.put("last_used_at", listed.lastUsedAt().toString());
    }
}
