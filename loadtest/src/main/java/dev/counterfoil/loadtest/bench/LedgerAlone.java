package dev.counterfoil.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the ledger does without HTTP, by the table of its own benchmark: the same posts through the same script, in batches of one
 * size.
 *
 * @param batch transactions a call
 * @param perSecond posts
 * @param redisCpuMicros of Redis' CPU, a post
 * @param ratio of that to what the same reads and writes cost as plain commands
 * @param table the file's content
 */
record LedgerAlone(int batch, double perSecond, double redisCpuMicros, double ratio, JsonNode table) {
    private static final int BATCH = 16;

    /** Empty where it was not measured. */
    static Optional<LedgerAlone> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode table = new ObjectMapper().readTree(file.toFile());
        for (JsonNode row : table) {
            if (row.path("batch").asInt() == BATCH) {
                return Optional.of(new LedgerAlone(
                        BATCH,
                        row.path("posts_per_second").asDouble(),
                        row.path("redis_cpu_us").asDouble(),
                        row.path("ratio").asDouble(),
                        table));
            }
        }
        throw new IOException(file + " has no batch of " + BATCH);
    }
}
