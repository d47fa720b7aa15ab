package dev.counterfoil.ledger.embedded;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code servers.json} in the data folder says: where the servers of the process that holds the folder are.
 *
 * @param pid of that process
 */
record ServersFile(
        long pid, @Nullable String redisUri, @Nullable String jdbcUri) {
    private static final String NAME = "servers.json";

    /** Empty when there is none, or it is not one. */
    static Optional<ServersFile> read(DataDirectory data) {
        return data.read(NAME).flatMap(text -> {
            try {
                JsonObject json = new JsonObject(text);
                return Optional.of(new ServersFile(
                        json.getLong("pid", 0L), json.getString("redis_uri"), json.getString("postgres_uri")));
            } catch (DecodeException | ClassCastException e) {
                return Optional.empty();
            }
        });
    }

    static void delete(DataDirectory data) {
        data.delete(NAME);
    }

    void write(DataDirectory data) {
        JsonObject json = new JsonObject().put("pid", pid);
        if (redisUri != null) {
            json.put("redis_uri", redisUri);
        }
        if (jdbcUri != null) {
            json.put("postgres_uri", jdbcUri);
        }
        data.write(NAME, json.encodePrettily() + "\n");
    }

    @Override
    public String toString() {
        return "ServersFile[pid=" + pid + "]";
    }
}
