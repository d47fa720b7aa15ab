package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.api.Attempts.Attempt;
import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.rules.Assets;
import dev.counterfoil.ledger.rules.Checkout;
import dev.counterfoil.ledger.rules.Redemption;
import dev.counterfoil.ledger.rules.RedemptionRequest;
import dev.counterfoil.ledger.rules.RedemptionRequest.AccountPayment;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payer;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.rules.Rule;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A checkout as a call brings it: read, its secrets replaced by the cards they stand for, and made a rule.
 *
 * @param attempt the cards that it presents, and who does
 * @param possible empty when no card can have such a secret or number
 * @param inPublic whether the key stands in a public page, where a refusal must tell nothing of the card
 */
record CheckoutCall(Call call, Attempt attempt, Optional<RedemptionRequest> possible, boolean inPublic) {
    /** Throws a {@link Rejection} for what is not a checkout. */
    static CheckoutCall read(Call call, Backend backend) {
        boolean inPublic = call.key().kind() == KeyKind.PUBLISHABLE;
        RedemptionFields read = call.read(RedemptionFields::read);
        if (inPublic) {
            requireFitForPages(read);
        }
        RedemptionFields fields = held(call, backend, read, inPublic);
        List<PresentedCard> cards = fields.payments().stream()
                .flatMap(payment -> Stream.ofNullable(payment.card()))
                .toList();
        Attempt attempt = new Attempt(cards, Attempts.client(call, fields.client()), fields.account());
        return new CheckoutCall(call, attempt, request(call, backend, fields), inPublic);
    }

    /** Before any card is looked at: what only names an account must not be counted against it. */
    private static void requireFitForPages(RedemptionFields fields) {
        if (fields.account() != null) {
            throw new Rejection(Problem.invalid("/account", "not with a publishable key (expected: account_token)"));
        } else if (fields.holdSeconds() > 0) {
            throw new Rejection(Problem.invalid("/hold", "not with a publishable key: nobody could capture it"));
        } else if (fields.payments().size() != 1
                || fields.payments().get(0).card() == null
                || fields.amount() != null
                || fields.upTo()) {
            throw new Rejection(Problem.invalid(
                    "", "with a publishable key one card pays for items (expected: a secret key for anything else)"));
        }
    }

    /** With the account that the token is for, where there is one: a page could name any other. */
    private static RedemptionFields held(Call call, Backend backend, RedemptionFields fields, boolean inPublic) {
        String token = fields.accountToken();
        if (token == null) {
            return fields;
        } else if (!inPublic) {
            throw new Rejection(
                    Problem.invalid("/account_token", "not with a secret key (expected: account, which is believed)"));
        }
        return fields.heldBy(backend.accountTokens().account(call, token));
    }

    private static Optional<RedemptionRequest> request(Call call, Backend backend, RedemptionFields fields) {
        List<Payer> payers = new ArrayList<>();
        Set<String> met = new HashSet<>();
        for (int i = 0; i < fields.payments().size(); i++) {
            PresentedPayment payment = fields.payments().get(i);
            PresentedCard presented = payment.card();
            if (presented == null) {
                AccountPayment account = Objects.requireNonNull(payment.account());
                // "credit" and the currency are one balance, whichever name it goes by.
                if (!met.add("account:" + Assets.resolved(call.program(), account.asset()))) {
                    throw new Rejection(Problem.invalid(
                            "/pay/" + i + "/account", "pays in that asset already (expected: each balance once)"));
                }
                payers.add(account);
                continue;
            }
            Optional<Payment> card = backend.identified(call.program().id(), presented);
            if (card.isEmpty()) {
                return Optional.empty();
            } else if (!met.add(card.get().stableId()) || !apart(payers, card.get())) {
                throw new Rejection(
                        Problem.invalid("/pay/" + i + "/secret", "the same card as before (expected: each card once)"));
            }
            payers.add(card.get());
        }
        return Optional.of(fields.request(payers.stream()
                .map(payer -> payer instanceof Payment && payers.size() > 1 ? alone((Payment) payer, payers) : payer)
                .toList()));
    }

    /** Whether what was presented may be another card than each before it: all that may be one card come with numbers, and theirs differ. */
    private static boolean apart(List<Payer> before, Payment card) {
        return others(before, card)
                .allMatch(other -> other.number() != null && card.number() != null
                        || Collections.disjoint(other.ids(), card.ids()));
    }

    /** Of cards with the same secret each is looked for under its number; one that has the secret alone is paid by in a call of its own. */
    private static Payer alone(Payment card, List<Payer> all) {
        List<String> ids = card.ids().stream()
                .filter(id -> others(all, card).noneMatch(other -> other.ids().contains(id)))
                .toList();
        return ids.size() == card.ids().size() ? card : new Payment(ids, card.stableId(), card.number());
    }

    private static Stream<Payment> others(List<Payer> all, Payment card) {
        return all.stream()
                .filter(payer -> payer != card && payer instanceof Payment)
                .map(payer -> (Payment) payer);
    }

    /**
     * Asks for the answer where the account that it is for has not had its rate of requests.
     *
     * @param earlier as in {@link Attempts#guarded}: a 201 that was lost must not read as 429 either
     */
    Future<Answer> inRate(Backend backend, Supplier<Future<Optional<Answer>>> earlier, Supplier<Future<Answer>> ask) {
        String account = attempt.account();
        if (account == null) {
            return ask.get();
        }
        return backend.accountRate().count(call, account).transform(counted -> {
            if (counted.succeeded()) {
                return ask.get();
            }
            return counted.cause() instanceof Rejection refused
                            && refused.problem().code() == ProblemCode.RATE_LIMITED
                    ? Attempts.unlessAnswered(earlier, refused::problem)
                    : Future.failedFuture(counted.cause());
        });
    }

    /** Only of one that is possible. */
    RedemptionRequest request() {
        return possible.orElseThrow();
    }

    /** The record of the request: with a publishable key, which many holders share, each card has its own. */
    IdempotencyKey key(Backend backend) {
        String card = inPublic ? request().cards().get(0).stableId() : null;
        return Keys.of(call, backend, card, request().canonical());
    }

    /**
     * Counts it on the card where its one card is not active yet: its secret may have leaked. With a secret key only: nobody waits for it,
     * but the time of a page's next request would tell.
     */
    void count(Backend backend, Outcome outcome) {
        boolean inactive =
                outcome instanceof Refused refused && refused.reason() == Refusal.CARD_INACTIVE && !refused.replayed();
        if (inactive && !inPublic && request().cards().size() == 1) {
            String program = call.program().id();
            Future<Optional<Card>> unused = backend.ledger()
                    .card(Cell.of(program), request().cards().get(0).ids())
                    .onSuccess(found -> found.ifPresent(card -> backend.guard().lookedUp(program, card.id())));
        }
    }

    /** The rule; several payers are looked at first, for what each can pay for depends on its type, which never changes. */
    Future<Rule> rule(Backend backend, Cell cell, IdempotencyKey key) {
        RedemptionRequest request = request();
        if (request.byOneCard()) {
            return Future.succeededFuture(new Redemption(cell, key, call.requestId(), request, inPublic));
        }
        List<List<String>> candidates = request.payers().stream()
                .map(payer -> payer instanceof Payment card ? card.ids() : List.<String>of())
                .toList();
        Future<List<Optional<String>>> types = request.cards().isEmpty()
                ? Future.succeededFuture(Collections.nCopies(candidates.size(), Optional.empty()))
                : backend.ledger().types(cell, candidates);
        return types.map(found -> new Checkout(cell, key, call.requestId(), request, found, inPublic));
    }
}
