package dev.counterfoil.ledger.json;

import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.core.spi.JsonFactory;
import io.vertx.core.spi.json.JsonCodec;

/**
 * Lets Vert.x read and write {@code JsonObject} and {@code JsonArray} by Jackson's streams alone. It would take the one that maps
 * any class for as long as that is on the class path (settings are read with it), and look for how to write a map with each map.
 */
public final class TreeJson implements JsonFactory {
    private static final JsonCodec CODEC = new JacksonCodec();

    /** Before Vert.x' own, which have the last place. */
    @Override
    public int order() {
        return 0;
    }

    @Override
    public JsonCodec codec() {
        return CODEC;
    }
}
