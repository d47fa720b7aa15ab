package dev.counterfoil.gateway.http;

/** What stands at the end of the routes. */
public record Endpoints(
        Endpoint postRedemption,
        Endpoint getRedemption,
        Endpoint findRedemptions,
        Endpoint lookUpCard,
        StreamingEndpoint postBatch,
        Endpoint voidBatch,
        Endpoint activateBatch,
        Endpoint putItem,
        Endpoint getItem,
        Endpoint listItems,
        Endpoint postStock,
        Endpoint postCodes,
        Endpoint putCardType,
        Endpoint getCardType,
        Endpoint listCardTypes,
        Endpoint postProgram,
        Endpoint getProgram,
        Endpoint listPrograms,
        Endpoint patchProgram) {}
