package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Catalogs;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Compiles a rule and posts what it gives, again where the catalog or the business day moved on meanwhile. A rule's own
 * refusal is given only once the key is known to have no answer yet: a client whose 201 was lost must never read
 * "sold out".
 */
public final class Posting {
    private static final int MOST_ATTEMPTS = 4;

    private final Ledger ledger;
    private final Catalogs catalogs;
    private final Clock clock;
    private final SoldOutHints soldOut = new SoldOutHints();

    public Posting(Ledger ledger, Catalogs catalogs, Clock clock) {
        this.ledger = ledger;
        this.catalogs = catalogs;
        this.clock = clock;
    }

    /** As {@link Ledger#post}; never answers CATALOG_CHANGED or STALE_DAY. */
    public Future<Outcome> post(Cell cell, IdempotencyKey key, Rule rule) {
        Optional<Catalog> catalog = catalogs.get(cell.program());
        return catalog.isPresent()
                ? attempt(cell, key, rule, catalog.get(), clock.instant(), 1)
                : Future.failedFuture(new LedgerFault.Cold(cell));
    }

    /** As {@link Ledger#preview}; never answers CATALOG_CHANGED or STALE_DAY. */
    public Future<Outcome> preview(Cell cell, Rule rule) {
        Optional<Catalog> catalog = catalogs.get(cell.program());
        return catalog.isPresent()
                ? tried(cell, rule, catalog.get(), clock.instant(), 1)
                : Future.failedFuture(new LedgerFault.Cold(cell));
    }

    private Future<Outcome> tried(Cell cell, Rule rule, Catalog catalog, Instant now, int attempt) {
        if (attempt > MOST_ATTEMPTS) {
            return keepsChanging(cell);
        }
        Rule.Compiled compiled = rule.compile(catalog, now);
        if (compiled instanceof Rule.Declined) {
            return Future.succeededFuture(((Rule.Declined) compiled).refused());
        }
        return ledger.preview(((Rule.Ready) compiled).transaction()).compose(outcome -> {
            Refusal reason = outcome instanceof Refused ? ((Refused) outcome).reason() : null;
            if (reason == Refusal.CATALOG_CHANGED) {
                return catalogs.refresh(cell.program())
                        .compose(newer -> newer.isPresent()
                                ? tried(cell, rule, newer.get(), now, attempt + 1)
                                : Future.failedFuture(new LedgerFault.Cold(cell)));
            } else if (reason == Refusal.STALE_DAY) {
                return ledger.now(cell).compose(time -> tried(cell, rule, catalog, time, attempt + 1));
            }
            return Future.succeededFuture(outcome);
        });
    }

    private static Future<Outcome> keepsChanging(Cell cell) {
        return Future.failedFuture(new LedgerFault.Overloaded("the catalog or the day of " + cell + " keeps changing"));
    }

    private Future<Outcome> attempt(
            Cell cell, IdempotencyKey key, Rule rule, Catalog catalog, Instant now, int attempt) {
        if (attempt > MOST_ATTEMPTS) {
            return keepsChanging(cell);
        }
        Rule.Compiled compiled = rule.compile(catalog, now);
        if (compiled instanceof Rule.Declined) {
            return declined(cell, key, rule, catalog, now, attempt, ((Rule.Declined) compiled).refused());
        }
        return asked(((Rule.Ready) compiled).transaction()).compose(outcome -> {
            if (!(outcome instanceof Refused)) {
                return Future.succeededFuture(outcome);
            }
            return switch (((Refused) outcome).reason()) {
                case CATALOG_CHANGED -> refreshed(cell, key, rule, now, attempt);
                case STALE_DAY ->
                    ledger.now(cell).compose(time -> attempt(cell, key, rule, catalog, time, attempt + 1));
                default -> Future.succeededFuture(outcome);
            };
        });
    }

    /** By a look where the item is most likely sold out, and posted where it is not after all. */
    private Future<Outcome> asked(Transaction transaction) {
        if (!soldOut.likely(transaction)) {
            return posted(transaction);
        }
        return ledger.look(transaction).compose(outcome -> {
            boolean there = outcome instanceof Posted && !outcome.replayed();
            // Of a closed sale the refusal is final for the key, and a look writes nothing.
            return there || outcome instanceof Refused && ((Refused) outcome).reason() == Refusal.SALE_CLOSED
                    ? posted(transaction)
                    : Future.succeededFuture(outcome);
        });
    }

    private Future<Outcome> posted(Transaction transaction) {
        return ledger.post(transaction).onSuccess(outcome -> soldOut.heard(transaction, outcome));
    }

    private Future<Outcome> declined(
            Cell cell, IdempotencyKey key, Rule rule, Catalog catalog, Instant now, int attempt, Refused refused) {
        return ledger.recorded(cell, key.record(), key.fingerprint()).compose(recorded -> {
            if (recorded.outcome().isPresent()) {
                return ledger.awaited(key, recorded.outcome().get());
            }
            return recorded.catalogVersion() > catalog.version()
                    ? refreshed(cell, key, rule, now, attempt)
                    : Future.succeededFuture(refused);
        });
    }

    private Future<Outcome> refreshed(Cell cell, IdempotencyKey key, Rule rule, Instant now, int attempt) {
        return catalogs.refresh(cell.program())
                .compose(newer -> newer.isPresent()
                        ? attempt(cell, key, rule, newer.get(), now, attempt + 1)
                        : Future.failedFuture(new LedgerFault.Cold(cell)));
    }
}
