package dev.counterfoil.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.EmbeddedGateway;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run of the request fuzzer: always the same requests, so that what fails is what was changed. {@code -Dfuzz.seed} and
 * {@code -Dfuzz.requests} draw others; the long run is a command.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class FuzzIT {
    private static final long SEED = Long.getLong("fuzz.seed", 7);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 3_000);
    private static final int CONNECTIONS = 16;

    @RegisterExtension
    static final EmbeddedGateway GATEWAY = new EmbeddedGateway();

    @TempDir
    Path folder;

    @Test
    void whatever_is_sent_every_answer_is_one_of_the_contract_and_the_books_balance() throws Exception {
        Plan plan = new Plan(SEED, 0, REQUESTS, CONNECTIONS, folder);

        int code = RequestFuzzer.fuzz(plan, GATEWAY.gateway(), GATEWAY.data(), GATEWAY.log(), System.out);

        assertThat(code).as("-Dfuzz.seed=" + SEED + ": see what was printed").isZero();
    }
}
