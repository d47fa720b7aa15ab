package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.AdministrationEndpoints;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.access.SigningKeyPublisher;
import dev.counterfoil.ledger.access.SigningKeyStore;
import dev.counterfoil.ledger.audit.AuditLog;
import java.time.Clock;

/** What the endpoints that manage clients, keys and the audit ask of the ledger. */
public record Administration(
        KeyRing keys,
        KeyStore keyStore,
        KeyPublisher keyPublisher,
        SigningKeyStore signingStore,
        SigningKeyPublisher signingPublisher,
        AuditLog audit,
        Clock clock) {
    AdministrationEndpoints endpoints() {
        ManageClients clients = new ManageClients(this);
        ManageKeys managed = new ManageKeys(this);
        ManageSigningKeys signing = new ManageSigningKeys(this);
        return new AdministrationEndpoints(
                clients::list,
                clients::create,
                managed::list,
                managed::create,
                managed::one,
                managed::change,
                managed::revoke,
                managed::rotate,
                signing::list,
                signing::create,
                signing::one,
                signing::revoke,
                new ReadAudit(audit));
    }
}
