package dev.counterfoil.gateway.http;

/** What stands at the end of the routes that manage clients, keys and the audit. */
public record AdministrationEndpoints(
        Endpoint listClients,
        Endpoint postClient,
        Endpoint listKeys,
        Endpoint postKey,
        Endpoint getKey,
        Endpoint patchKey,
        Endpoint revokeKey,
        Endpoint rotateKey,
        Endpoint listSigningKeys,
        Endpoint postSigningKey,
        Endpoint getSigningKey,
        Endpoint revokeSigningKey,
        Endpoint listAudit) {}
