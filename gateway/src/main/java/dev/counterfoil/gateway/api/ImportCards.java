package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.Problem.FieldError;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.issuing.CardImport;
import dev.counterfoil.ledger.issuing.CardImporter;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.ImportedSecret;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/programs/{program}/batches/import}: takes over cards that an issuer gave out before, with the secrets that they have. All
 * or none; the answer says what a guesser would find among the program's imported cards.
 */
public final class ImportCards implements Endpoint {
    private static final Text CARD_TYPE = Text.upTo(32);
    private static final Text TYPED = Text.upTo(ImportedSecret.MOST_CHARACTERS);

    private final Backend backend;

    public ImportCards(Backend backend) {
        this.backend = backend;
    }

    private record Wanted(
            String cardType,
            CardState state,
            ImportedSecret.Space space,
            boolean withNumber,
            List<CardImport.Card> cards) {
        static Wanted read(RequestFields fields) {
            boolean withNumber = fields.optionalFlag("number_required").orElse(false);
            List<CardImport.Card> cards =
                    fields.objects("cards", 1, CardImport.MOST_CARDS, card -> card(card, withNumber));
            return new Wanted(
                    fields.text("card_type", CARD_TYPE),
                    NewState.of(fields),
                    fields.<ImportedSecret.Space>object("secret_space", Wanted::space, new ImportedSecret.Space(2, 1)),
                    withNumber,
                    cards);
        }

        private static ImportedSecret.Space space(RequestFields fields) {
            return new ImportedSecret.Space((int) fields.integer("symbols", 2, ImportedSecret.Space.MOST_SYMBOLS), (int)
                    fields.integer("characters", 1, ImportedSecret.MOST_CHARACTERS));
        }

        private static CardImport.Card card(RequestFields fields, boolean withNumber) {
            fields.mayHave("number");
            OptionalLong balance = fields.optionalAmount("balance");
            return new CardImport.Card(
                    withNumber || fields.has("number") ? number(fields) : null,
                    secret(fields),
                    balance.isPresent() ? balance.getAsLong() : null,
                    expiry(fields));
        }

        private static @Nullable Instant expiry(RequestFields fields) {
            Instant time = fields.optionalTime("expires_at").orElse(null);
            if (time != null && time.toEpochMilli() <= 0) {
                fields.reject(
                        "expires_at", "expected: a time after 1970, or nothing for a card of the type's own term");
            }
            return time;
        }

        private static String secret(RequestFields fields) {
            String typed = fields.text("secret", TYPED);
            return ImportedSecret.normalise(typed).orElseGet(() -> {
                if (!typed.isEmpty()) {
                    fields.reject("secret", "blank");
                }
                return "";
            });
        }

        private static @Nullable String number(RequestFields fields) {
            String typed = fields.text("number", TYPED);
            Optional<String> number = CardNumbers.normalise(typed);
            if (number.isEmpty() && !typed.isEmpty()) {
                fields.reject("number", "expected: 1..32 letters and digits, with spaces and dashes or without");
            } else if (number.filter(CardNumbers::isReserved).isPresent()) {
                fields.reject("number", "16 characters that begin with 1000 are kept for cards that are made here");
            }
            return number.orElse(null);
        }

        String canonical() {
            JsonArray all = new JsonArray();
            cards.forEach(card -> {
                Instant expiresAt = card.expiresAt();
                all.add(new JsonArray()
                        .add(card.number())
                        .add(card.secret())
                        .add(card.balance())
                        .add(expiresAt == null ? null : expiresAt.toEpochMilli()));
            });
            return new JsonArray()
                    .add("import")
                    .add(cardType)
                    .add(state.name())
                    .add(space.symbols())
                    .add(space.characters())
                    .add(withNumber)
                    .add(all)
                    .encode();
        }
    }

    @Override
    public Future<Answer> handle(Call call) {
        Wanted wanted = call.read(Wanted::read);
        List<FieldError> twice = twice(wanted);
        if (!twice.isEmpty()) {
            throw new Rejection(Problem.invalid(twice));
        }
        Optional<CardType> cardType = call.catalog().cardType(wanted.cardType());
        if (cardType.isEmpty()) {
            throw new Rejection(Problem.invalid("/card_type", "no such card type in this program"));
        }
        Cell cell = Cell.of(call.program().id());
        IdempotencyKey key = Keys.of(call, backend, wanted.canonical());
        return backend.imports()
                .run(
                        cell,
                        new CardImport(
                                cardType.get(), wanted.state(), wanted.space(), wanted.withNumber(), wanted.cards()),
                        key,
                        KeyCeiling.of(call.key(), Ceilings.Kind.ISSUED, call.program()),
                        call.actor(),
                        () -> backend.madeCards().publish())
                .map(result -> answer(call, wanted.cards().size(), result));
    }

    /** What stands twice in the request itself. */
    private static List<FieldError> twice(Wanted wanted) {
        Map<String, Integer> secrets = new HashMap<>();
        Map<String, Integer> numbers = new HashMap<>();
        List<FieldError> errors = new ArrayList<>();
        for (int i = 0; i < wanted.cards().size(); i++) {
            CardImport.Card card = wanted.cards().get(i);
            String number = card.number();
            Integer sameNumber = number == null ? null : numbers.putIfAbsent(number, i);
            String found = wanted.withNumber() ? number + "\0" + card.secret() : card.secret();
            Integer sameSecret = secrets.putIfAbsent(found, i);
            if (sameNumber != null) {
                errors.add(new FieldError("/cards/" + i + "/number", "the same as of /cards/" + sameNumber));
            } else if (sameSecret != null) {
                errors.add(new FieldError("/cards/" + i + "/secret", "the same as of /cards/" + sameSecret));
            }
        }
        return errors;
    }

    private Answer answer(Call call, int count, CardImporter.Result result) {
        if (result instanceof CardImporter.Imported) {
            CardImporter.Imported imported = (CardImporter.Imported) result;
            Answer created = Answer.created(new JsonObject()
                            .put("batch", imported.batch())
                            .put("count", count)
                            .put("durability", imported.durability().label()))
                    .withHeader(
                            PostBatch.EXPECTED_HITS,
                            PostBatch.hits(backend.madeCards().expectedImportedHitsAYear(call.program())));
            return imported.replayed() ? created.withHeader("Idempotency-Replayed", "true") : created;
        } else if (result instanceof CardImporter.Taken) {
            return Answer.of(taken((CardImporter.Taken) result));
        } else if (result instanceof CardImporter.NotAllowed) {
            return Refusals.answer(((CardImporter.NotAllowed) result).refused());
        } else if (result instanceof CardImporter.Voided) {
            return Answer.of(Problem.of(ProblemCode.BATCH_ALREADY_DELIVERED, "voided meanwhile"));
        }
        return Answer.of(Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED));
    }

    private static Problem taken(CardImporter.Taken taken) {
        List<FieldError> errors = new ArrayList<>();
        taken.numbers()
                .forEach((i, batch) -> errors.add(new FieldError(
                        "/cards/" + i + "/number", "another card's, or kept for one by the import " + batch)));
        taken.secrets().forEach(i -> errors.add(new FieldError("/cards/" + i + "/secret", "another card's")));
        return Problem.of(ProblemCode.CARD_EXISTS).at(errors);
    }
}
