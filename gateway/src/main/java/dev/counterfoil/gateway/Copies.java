package dev.counterfoil.gateway;

import dev.counterfoil.gateway.api.Administration;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.access.Keys;
import dev.counterfoil.ledger.access.SigningKeyPublisher;
import dev.counterfoil.ledger.access.SigningKeyStore;
import dev.counterfoil.ledger.access.SigningKeys;
import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.Catalogs;
import dev.counterfoil.ledger.catalog.MadeCards;
import dev.counterfoil.ledger.catalog.ProgramCell;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.secrets.CodeCipher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/**
 * What every gateway answers requests from without asking a store: access keys, signing keys, catalogs and how many cards were
 * made. Each lives in PostgreSQL, is published to Redis by whichever gateway changes it, swept there again by all of them, and
 * copied from there. Loaded once it is made; {@link #keepUp} keeps it so.
 */
final class Copies {
    private final Stores stores;
    private final Clock clock;
    private final KeyStore keyStore;
    private final KeyPublisher keyPublisher;
    private final Keys keys;
    private final SigningKeyStore signingStore;
    private final SigningKeyPublisher signingPublisher;
    private final SigningKeys signingKeys;
    private final CatalogPublisher catalogPublisher;
    private final Catalogs catalogs;
    private final MadeCards made;

    /**
     * Blocks until all of it is loaded.
     *
     * @param publish whether what PostgreSQL has is published first, as by the start that prepared it
     */
    Copies(Stores stores, CodeCipher cipher, boolean publish, Clock clock, SecureRandom random) {
        this.stores = stores;
        this.clock = clock;
        this.keyStore = new KeyStore(stores.database(), random);
        this.keyPublisher = new KeyPublisher(stores.database(), keyStore, stores.redis());
        this.keys = new Keys(stores.redis(), keyStore, clock);
        this.signingStore = new SigningKeyStore(stores.database(), cipher, random);
        this.signingPublisher = new SigningKeyPublisher(stores.database(), signingStore, stores.redis());
        this.signingKeys = new SigningKeys(stores.redis(), cipher, clock);
        this.catalogPublisher = new CatalogPublisher(stores.database(), stores.redis());
        this.catalogs = new Catalogs(stores.redis());
        this.made = new MadeCards(stores.database(), stores.redis());
        if (publish) {
            made.publish().await();
            keyPublisher.publish().await();
            signingPublisher.publish().await();
            catalogPublisher.sweep().await();
        }
        keys.load().await();
        signingKeys.load().await();
        catalogs.load().await();
        made.load().await();
    }

    /** From now on copies follow what is published, and what is not yet is published. */
    void keepUp(Vertx vertx, StartChecks checks, Opened opened) {
        sweep("publishing access keys", vertx, checks, keyPublisher::sweep, opened);
        sweep("publishing signing keys", vertx, checks, signingPublisher::publish, opened);
        sweep("publishing the catalog", vertx, checks, catalogPublisher::sweep, opened);
        opened.add("keys", keys.start(vertx));
        opened.add("signing keys", signingKeys.start(vertx));
        opened.add("catalogs", catalogs.start(vertx));
        opened.add("made cards", made.start(vertx));
        opened.add(
                "counting cards",
                Recurring.start(vertx, "counting cards", MadeCards.SWEEP, checks.onceBelonging(made::publish)));
    }

    private static void sweep(
            String what, Vertx vertx, StartChecks checks, Supplier<Future<Void>> publish, Opened opened) {
        opened.add(what, Recurring.start(vertx, what, CatalogPublisher.SWEEP, checks.onceBelonging(publish)));
    }

    KeyStore keyStore() {
        return keyStore;
    }

    KeyPublisher keyPublisher() {
        return keyPublisher;
    }

    Keys keys() {
        return keys;
    }

    SigningKeys signingKeys() {
        return signingKeys;
    }

    CatalogPublisher catalogPublisher() {
        return catalogPublisher;
    }

    Catalogs catalogs() {
        return catalogs;
    }

    MadeCards made() {
        return made;
    }

    /** Who may change the keys of which issuer, and does. */
    Administration administration() {
        return new Administration(
                keys, keyStore, keyPublisher, signingStore, signingPublisher, new AuditLog(stores.database()), clock);
    }

    /** Every cell of every program. */
    List<Cell> cells() {
        return catalogs.programs().stream()
                .flatMap(program -> program.cells().stream().map(cell -> new Cell(program.id(), cell.index())))
                .toList();
    }

    /** The epoch in which a cell was opened, 0 for one that is not known. */
    long epoch(Cell cell) {
        return catalogs.program(cell.program())
                .flatMap(program -> program.cell(cell.index()))
                .map(ProgramCell::epoch)
                .orElse(0L);
    }
}
