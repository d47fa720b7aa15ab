package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.api.Attempts.Attempt;
import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.guard.GuessingGuard;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/programs/{program}/cards/lookup}: what a holder sees of his card. The secret stands in the body, never in a URL. */
public final class LookUpCard implements Endpoint {
    private final Backend backend;
    private final Attempts attempts;

    public LookUpCard(Backend backend) {
        this.backend = backend;
        this.attempts = new Attempts(backend);
    }

    private record Lookup(PresentedCard card, @Nullable EndClient client) {
        static Lookup read(RequestFields fields) {
            return new Lookup(PresentedCard.read(fields), EndClient.read(fields).orElse(null));
        }
    }

    @Override
    public Future<Answer> handle(Call call) {
        Lookup lookup = call.read(Lookup::read);
        PresentedCard card = lookup.card();
        return attempts.guarded(
                call,
                new Attempt(List.of(card), Attempts.client(call, lookup.client()), null),
                () -> found(call, card));
    }

    private Future<Answer> found(Call call, PresentedCard presented) {
        String program = call.program().id();
        Optional<Payment> payment = backend.identified(program, presented);
        if (payment.isEmpty()) {
            return Future.succeededFuture(Attempts.NOT_REDEEMABLE);
        }
        String number = payment.get().number();
        return backend.ledger()
                .card(Cell.of(program), payment.get().ids())
                .map(found -> answer(call, found.filter(card -> number == null || number.equals(card.number()))));
    }

    private Answer answer(Call call, Optional<Card> found) {
        count(call, found);
        return found.filter(card -> call.key().kind() == KeyKind.SECRET || CardJson.active(card))
                .map(card -> Answer.ok(CardJson.of(card)).noStore())
                .orElse(Attempts.NOT_REDEEMABLE);
    }

    /**
     * Counts a look-up of an inactive card after the answer, whose time must not tell that there is such a card. Neither must that of the
     * next: so with a publishable key whatever is refused is counted, and what is not an inactive card on none.
     */
    private void count(Call call, Optional<Card> found) {
        Optional<String> inactive =
                found.filter(card -> card.state() == CardState.INACTIVE).map(Card::id);
        boolean refusedInPublic = call.key().kind() == KeyKind.PUBLISHABLE
                && found.filter(CardJson::active).isEmpty();
        if (inactive.isPresent() || refusedInPublic) {
            String program = call.program().id();
            int unused = call.context()
                    .addEndHandler(ended -> backend.guard().lookedUp(program, inactive.orElse(GuessingGuard.NO_CARD)));
        }
    }
}
