package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.CatalogChange.Applied;
import io.vertx.core.Future;

/**
 * Changes the catalog. A change is answered only after Redis has it, so that from then on every gateway redeems by it. A future
 * that fails leaves open whether PostgreSQL has the change: doing the same again is safe. Thread-safe; futures complete on the
 * caller's Vert.x context.
 */
public final class CatalogEditor {
    private final CatalogStore store;
    private final CatalogPublisher publisher;

    public CatalogEditor(CatalogStore store, CatalogPublisher publisher) {
        this.store = store;
        this.publisher = publisher;
    }

    /** The same, for {@code actor}. */
    public CatalogEditor as(Actor actor) {
        return new CatalogEditor(store.as(actor), publisher);
    }

    /** See {@link CatalogStore#createProgram}. The program's cell is open afterwards. */
    public Future<CatalogChange<Program>> createProgram(ProgramDraft draft) {
        return published(draft.id(), store.createProgram(draft));
    }

    /** See {@link CatalogStore#patchProgram}. */
    public Future<CatalogChange<Program>> patchProgram(String program, ProgramPatch patch) {
        return published(program, store.patchProgram(program, patch));
    }

    /** See {@link CatalogStore#putCardType}. */
    public Future<CatalogChange<CardType>> putCardType(String program, CardType type) {
        return published(program, store.putCardType(program, type));
    }

    /** See {@link CatalogStore#putItem}. */
    public Future<CatalogChange<Item>> putItem(String program, Item item) {
        return published(program, store.putItem(program, item));
    }

    /** Publishes also what equals what was there: an earlier attempt may have got no further than PostgreSQL. */
    private <T> Future<CatalogChange<T>> published(String program, Future<CatalogChange<T>> change) {
        return change.compose(result -> result instanceof Applied
                ? publisher.publish(program).map(done -> result)
                : Future.succeededFuture(result));
    }
}
