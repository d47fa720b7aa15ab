package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.testing.Ledgers;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Keys of one client of a new installation, and the copy that a gateway has of them. */
abstract class OnKeys {
    Ledgers ledgers;
    KeyStore store;
    KeyPublisher publisher;
    Keys keys;
    Client client;

    @BeforeEach
    void start() {
        ledgers = Ledgers.fresh();
        store = new KeyStore(ledgers.database(), new SecureRandom());
        publisher = new KeyPublisher(ledgers.database(), store, ledgers.redis());
        keys = new Keys(ledgers.redis(), Clock.systemUTC());
        assertThat(await(store.putIssuer(new Issuer("acme", "Acme"))).name()).isEqualTo("Acme");
        client = await(store.createClient("acme", "Shop"));
    }

    @AfterEach
    void stop() {
        ledgers.close();
    }
}
