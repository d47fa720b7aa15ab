package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One step of a sequence. Its answer is a text that begins with what kind of answer it is, up to a colon. */
public sealed interface Command {
    Future<String> send(TrialCell to, Timing timing);

    /** Whether it keeps its place behind earlier ones without waiting for their answers: a cell's queue is in order. */
    default boolean queued() {
        return false;
    }

    /** A transaction is posted. */
    record Post(String key, String fingerprint, @Nullable Long catalogVersion, List<Leg> legs) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            try {
                return answer(to.ledger()
                        .post(SampleLegs.transaction(to.cell(), key, fingerprint, catalogVersion, legs))
                        .map(outcome -> text(outcome, timing)));
            } catch (IllegalArgumentException rejected) {
                return Future.succeededFuture("rejected:");
            }
        }

        @Override
        public boolean queued() {
            return true;
        }

        Post without(int leg) {
            List<Leg> fewer = new java.util.ArrayList<>(legs);
            fewer.remove(leg);
            return new Post(key, fingerprint, catalogVersion, fewer);
        }
    }

    /** An account is looked up. */
    record LookUpAccount(String account) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger().account(to.cell(), account).map(found -> "account: " + found));
        }
    }

    /** What followed a transaction is looked up, and which holds are due. */
    record LookUpFollowed(long sequence) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger()
                    .followed(to.cell(), sequence)
                    .compose(found -> to.ledger()
                            .dueHolds(to.cell(), 5)
                            .map(due -> "followed: " + found.counted() + " " + found.state() + " "
                                    + new TreeMap<>(found.returned()) + " "
                                    + (timing == Timing.CONTROLLED ? found.heldUntilMs() : found.heldUntilMs() > 0)
                                    + " at " + found.sequence() + ", due " + due)));
        }
    }

    /** A transaction is tried. */
    record Preview(List<Leg> legs) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            try {
                return answer(to.ledger()
                        .preview(SampleLegs.transaction(to.cell(), "preview", "preview", null, legs))
                        .map(outcome -> text(outcome, timing)));
            } catch (IllegalArgumentException rejected) {
                return Future.succeededFuture("rejected:");
            }
        }

        @Override
        public boolean queued() {
            return true;
        }
    }

    /** A key is looked at, and the first leg of what came under it. */
    record Look(Post post) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            try {
                return answer(to.ledger()
                        .look(SampleLegs.transaction(
                                to.cell(), post.key(), post.fingerprint(), post.catalogVersion(), post.legs()))
                        .map(outcome -> text(outcome, timing)));
            } catch (IllegalArgumentException rejected) {
                return Future.succeededFuture("rejected:");
            }
        }

        @Override
        public boolean queued() {
            return true;
        }
    }

    /** A card is looked up. */
    record LookUp(List<String> ids) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger()
                    .card(to.cell(), ids)
                    .map(found -> found.map(card -> "card: " + card.id() + " "
                                    + card.number() + " " + card.typeToken() + " " + card.state() + " " + card.balance()
                                    + " "
                                    + card.expiresAtMs() + " " + card.expired())
                            .orElse("no card:")));
        }
    }

    /** The types of cards are looked up. */
    record LookAtTypes(List<List<String>> candidates) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger()
                    .types(to.cell(), candidates)
                    .map(types -> "types: "
                            + types.stream().map(type -> type.orElse("none")).toList()));
        }
    }

    /** A key's record is looked up. */
    record Recall(String key, @Nullable String fingerprint) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger()
                    .recorded(
                            to.cell(),
                            SampleLegs.sixteen(key),
                            fingerprint == null ? null : SampleLegs.sixteen(fingerprint))
                    .map(recorded -> "recorded: catalog " + recorded.catalogVersion() + ", sequence "
                            + recorded.sequence() + ", "
                            + recorded.outcome()
                                    .map(outcome -> text(outcome, timing))
                                    .orElse("nothing")));
        }
    }

    /** A posted transaction is looked up. */
    record Find(long sequence) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            return answer(to.ledger()
                    .transaction(to.cell(), sequence)
                    .map(found -> found.map(one -> "transaction: " + one.sequence() + " "
                                    + one.data().encode() + " " + timing.result(one.result()))
                            .orElse("no transaction:")));
        }
    }

    /** The catalog gets another version. */
    record Publish(long version) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            to.publishCatalog(version);
            return Future.succeededFuture("published:");
        }
    }

    /** Time passes. */
    record Wait(long ms) implements Command {
        @Override
        public Future<String> send(TrialCell to, Timing timing) {
            to.moveClock(to.nowMs() + ms);
            return Future.succeededFuture("waited:");
        }
    }

    private static Future<String> answer(Future<String> answer) {
        return answer.recover(failure -> failure instanceof LedgerFault
                ? Future.succeededFuture("fault " + failure.getClass().getSimpleName() + ":")
                : Future.failedFuture(failure));
    }

    private static String text(Outcome outcome, Timing timing) {
        String again = outcome.replayed() ? " again: " : ": ";
        if (outcome instanceof Posted) {
            Posted posted = (Posted) outcome;
            return "posted" + again + posted.transaction().sequence() + " "
                    + timing.result(posted.transaction().result());
        }
        Refused refused = (Refused) outcome;
        return "refused " + refused.reason() + again + "by \"" + refused.requestId() + "\" \"" + refused.name()
                + "\" limit " + refused.limit() + ", used " + refused.used() + ", resets " + refused.resetsAtMs();
    }
}
