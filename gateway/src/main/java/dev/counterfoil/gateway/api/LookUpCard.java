package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import io.vertx.core.Future;
import java.util.Optional;

/** {@code POST /v1/programs/{program}/cards/lookup}: what a holder sees of his card. The secret stands in the body, never in a URL. */
public final class LookUpCard implements Endpoint {
    private static final Answer UNKNOWN = Answer.of(Problem.of(ProblemCode.CARD_NOT_REDEEMABLE));

    private final Backend backend;

    public LookUpCard(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        PresentedCard presented = call.read(PresentedCard::read);
        String program = call.program().id();
        Optional<Payment> payment = presented.identified(program, backend.cardIds());
        if (payment.isEmpty()) {
            return Future.succeededFuture(UNKNOWN);
        }
        String number = payment.get().number();
        return backend.ledger()
                .card(Cell.of(program), payment.get().ids())
                .map(found -> found.filter(card -> number == null || number.equals(card.number()))
                        .filter(card -> call.key().kind() == KeyKind.SECRET || CardJson.active(card))
                        .map(card -> Answer.ok(CardJson.of(card)).noStore())
                        .orElse(UNKNOWN));
    }
}
