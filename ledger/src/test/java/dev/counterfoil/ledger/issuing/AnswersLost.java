package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Transaction;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The real ledger, whose first answers get lost on the way, and which then cannot be reached. */
final class AnswersLost implements Ledger {
    private final Ledger ledger;
    private int left;

    AnswersLost(Ledger ledger, int answers) {
        this.ledger = ledger;
        this.left = answers;
    }

    @Override
    public Future<Outcome> post(Transaction transaction) {
        if (left-- > 0) {
            return ledger.post(transaction)
                    .compose(outcome -> Future.failedFuture(new LedgerFault.OutcomeUnknown("answer lost")));
        }
        return Future.failedFuture(new LedgerFault.Unavailable("cut"));
    }

    @Override
    public Future<Outcome> preview(Transaction transaction) {
        return ledger.preview(transaction);
    }

    @Override
    public Future<Optional<Account>> account(Cell cell, String id) {
        return ledger.account(cell, id);
    }

    @Override
    public Future<Recorded> recorded(Cell cell, byte[] record, byte @Nullable [] fingerprint) {
        return ledger.recorded(cell, record, fingerprint);
    }

    @Override
    public Future<Optional<Card>> card(Cell cell, List<String> ids) {
        return ledger.card(cell, ids);
    }

    @Override
    public Future<Optional<JournaledTransaction>> transaction(Cell cell, long sequence) {
        return ledger.transaction(cell, sequence);
    }

    @Override
    public Future<Instant> now(Cell cell) {
        return ledger.now(cell);
    }
}
