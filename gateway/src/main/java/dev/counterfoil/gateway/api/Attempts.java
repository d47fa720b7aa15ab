package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.guard.Challenges;
import dev.counterfoil.ledger.guard.GuessingGuard;
import dev.counterfoil.ledger.guard.GuessingGuard.Budget;
import dev.counterfoil.ledger.guard.GuessingGuard.Failure;
import dev.counterfoil.ledger.guard.GuessingGuard.Locked;
import dev.counterfoil.ledger.guard.GuessingGuard.Wrong;
import dev.counterfoil.ledger.guard.Suspect;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.GuessHash;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every endpoint that takes a card's secret goes through. An attempt has failed when its answer is {@code
 * card_not_redeemable}: with a secret key when a secret is unknown or is not that of the number beside it, with a publishable key whatever is
 * wrong with the card, so that the count tells no more than the answer. Whoever is locked is told so before a card is looked at, but for
 * what he was given before.
 */
final class Attempts {
    static final Answer NOT_REDEEMABLE = Answer.of(Problem.of(ProblemCode.CARD_NOT_REDEEMABLE));
    private static final String PROOF = "Counterfoil-Proof";

    /** Cards that a guesser with a publishable key may hit in a year, in expectation, before he has to work for each attempt. */
    private static final double MOST_HITS_A_YEAR = 0.01;

    private final Backend backend;
    private final GuessingGuard guard;
    private final GuessHash hash;

    Attempts(Backend backend) {
        this.backend = backend;
        this.guard = backend.guard();
        this.hash = backend.guessHash();
    }

    /**
     * Cards that are presented.
     *
     * @param client who presents them; null where a secret key does not say: then nobody is locked
     * @param account the holder's account that the storefront answers for, or null
     */
    record Attempt(
            List<PresentedCard> cards,
            @Nullable EndClient client,
            @Nullable String account) {}

    /** For what leaves no record: nothing was answered before. */
    Future<Answer> guarded(Call call, Attempt attempt, Supplier<Future<Answer>> ask) {
        return guarded(call, attempt, Attempts::nothing, ask);
    }

    /**
     * Asks for the answer where whoever presents the cards may present any, and counts it where it failed.
     *
     * @param earlier the success that this very request was answered with before, if it was: asked only where it is to be refused, for a
     *     client whose 201 was lost must never read that he is locked
     */
    Future<Answer> guarded(
            Call call, Attempt attempt, Supplier<Future<Optional<Answer>>> earlier, Supplier<Future<Answer>> ask) {
        List<Suspect> callers = callers(call, attempt);
        List<Suspect> suspects = new ArrayList<>(callers);
        attempt.cards().forEach(card -> number(call, card).ifPresent(suspects::add));
        Optional<Locked> locked = guard.locked(suspects);
        if (locked.isPresent()) {
            return unlessAnswered(earlier, () -> refusal(locked.get()));
        }
        Program program = call.program();
        Budget budget =
                new Budget(program.id(), program.zone(), program.limits().failuresADay());
        boolean inPublic = inPublic(call);
        boolean toWork = inPublic && (guard.isSpent(budget) || isGuessable(program, attempt.cards()));
        Future<Answer> answer = toWork
                ? isSolved(call).compose(solved -> solved ? ask.get() : unlessAnswered(earlier, () -> challenge(call)))
                : ask.get();
        return answer.compose(given -> {
            Problem problem = given.problem();
            return problem == null || problem.code() != ProblemCode.CARD_NOT_REDEEMABLE
                    ? Future.succeededFuture(given)
                    : wrong(call, attempt.cards())
                            .compose(wrong ->
                                    guard.failed(new Failure(call.key().id(), inPublic, budget, callers, wrong)))
                            .map(given);
        });
    }

    /** What leaves no record was answered so before. */
    static Future<Optional<Answer>> nothing() {
        return Future.succeededFuture(Optional.empty());
    }

    /** Who presents cards in this call. Throws a {@link Rejection} where somebody with a publishable key says so himself. */
    static @Nullable EndClient client(Call call, @Nullable EndClient said) {
        if (!inPublic(call)) {
            return said;
        } else if (said != null) {
            throw new Rejection(
                    Problem.invalid("/client", "not with a publishable key: it is where the request comes from"));
        }
        return EndClient.at(call.clientAddress());
    }

    private static boolean inPublic(Call call) {
        return call.key().kind() == KeyKind.PUBLISHABLE;
    }

    private List<Suspect> callers(Call call, Attempt attempt) {
        List<Suspect> callers = new ArrayList<>();
        EndClient client = attempt.client();
        if (client == null) {
            return callers;
        }
        String key = call.key().id();
        callers.add(suspect(Suspect.Kind.CLIENT, key, client.text()));
        String account = attempt.account();
        if (account != null) {
            callers.add(suspect(Suspect.Kind.ACCOUNT, key, account));
        }
        return callers;
    }

    private Optional<Suspect> number(Call call, PresentedCard card) {
        return Optional.ofNullable(card.number())
                .flatMap(CardNumbers::normalise)
                .map(number -> suspect(Suspect.Kind.NUMBER, call.program().id(), number));
    }

    private Suspect suspect(Suspect.Kind kind, String within, String who) {
        return new Suspect(kind, hash.suspect(kind.token(), within, who));
    }

    /**
     * Whether a guesser would hit too many cards of the format that one of these is typed in, within the program's budget, or might:
     * while it is not known how many there are. Any text may be an imported card's.
     */
    private boolean isGuessable(Program program, List<PresentedCard> cards) {
        if (!backend.madeCards().isKnown()) {
            return true;
        }
        double imported = backend.madeCards().expectedImportedHitsAYear(program);
        return cards.stream().anyMatch(card -> imported + madeHits(program, card) > MOST_HITS_A_YEAR);
    }

    /** By its length alone: what is asked of the caller must not tell whether there is such a card. */
    private double madeHits(Program program, PresentedCard card) {
        return SecretFormat.normalise(card.secret())
                .flatMap(SecretFormat::ofLength)
                .map(format -> backend.madeCards().expectedHitsAYear(program, format))
                .orElse(0.0);
    }

    /** What was answered before, else the refusal. */
    static Future<Answer> unlessAnswered(Supplier<Future<Optional<Answer>>> earlier, Supplier<Problem> refusal) {
        return earlier.get()
                .compose(found -> found.map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new Rejection(refusal.get()))));
    }

    /** Whether the request brings what it found. */
    private Future<Boolean> isSolved(Call call) {
        return call.header(PROOF)
                .map(proof ->
                        guard.solves(proof, call.program().id(), call.key().id()))
                .orElseGet(() -> Future.succeededFuture(false));
    }

    private Problem refusal(Locked locked) {
        guard.refused(locked);
        return Problem.of(ProblemCode.TOO_MANY_FAILED_ATTEMPTS).retryAfter((locked.leftMs() + 999) / 1_000);
    }

    private Problem challenge(Call call) {
        Challenges.Challenge next =
                guard.challenge(call.program().id(), call.key().id());
        return Problem.challengeRequired(new Problem.Challenge(next.token(), next.bits(), next.expiresAt()));
    }

    /** Of several cards those that no one has: a holder with nine right ones and a slip made one mistake, not ten. */
    private Future<List<Wrong>> wrong(Call call, List<PresentedCard> cards) {
        if (cards.size() == 1) {
            return Future.succeededFuture(List.of(wrong(call, cards.get(0))));
        }
        List<Future<Optional<Wrong>>> looked = cards.stream()
                .map(card -> isKnown(call, card)
                        .map(known -> known ? Optional.<Wrong>empty() : Optional.of(wrong(call, card))))
                .toList();
        return Future.all(looked)
                .map(all ->
                        looked.stream().flatMap(one -> one.result().stream()).toList());
    }

    private Wrong wrong(Call call, PresentedCard card) {
        String secret = card.attempted(
                backend.madeCards().mayHoldImported(call.program().id()));
        // With another number it is another attempt: else one secret with ever new numbers would count once.
        String tried = Optional.ofNullable(card.number())
                .flatMap(CardNumbers::normalise)
                .map(number -> number + "\0" + secret)
                .orElse(secret);
        return new Wrong(
                hash.secret(call.program().id(), tried), number(call, card).orElse(null));
    }

    private Future<Boolean> isKnown(Call call, PresentedCard card) {
        String program = call.program().id();
        Optional<Payment> payment = backend.identified(program, card);
        return payment.isEmpty()
                ? Future.succeededFuture(false)
                : backend.ledger()
                        .card(Cell.of(program), payment.get().ids())
                        .map(found ->
                                found.filter(one -> isOf(one, payment.get())).isPresent());
    }

    private static boolean isOf(Card card, Payment payment) {
        return payment.number() == null || payment.number().equals(card.number());
    }
}
