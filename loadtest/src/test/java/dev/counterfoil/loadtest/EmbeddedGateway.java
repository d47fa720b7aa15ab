package dev.counterfoil.loadtest;

import dev.counterfoil.loadtest.fuzz.RequestFuzzer;
import dev.counterfoil.loadtest.stack.FreePort;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.WorkFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The packaged gateway with embedded servers, started once for all suites that use it, one after the other. A suite may kill and
 * restart it; it leaves it running, and the demo program with books that balance.
 */
public final class EmbeddedGateway implements BeforeAllCallback {
    /** How long it still takes requests after it was asked to stop. */
    static final Duration DRAIN_DELAY = Duration.ofSeconds(2);

    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

    private Shared shared;

    @Override
    public void beforeAll(ExtensionContext context) {
        shared = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(EmbeddedGateway.class))
                .getOrComputeIfAbsent(Shared.class, unused -> Shared.start(), Shared.class);
    }

    public Gateway gateway() {
        return shared.gateway;
    }

    public Path data() {
        return shared.installation.data();
    }

    /** What it prints. */
    public Path log() {
        return shared.installation.log("gateway");
    }

    private record Shared(Path folder, Installation installation, Gateway gateway) implements AutoCloseable {
        static Shared start() {
            try {
                Path folder = Files.createTempDirectory("counterfoil-loadtest");
                Installation installation = Installation.empty(folder);
                Map<String, String> settings = new HashMap<>(RequestFuzzer.SETTINGS);
                settings.put("COUNTERFOIL_HTTP_DRAIN_DELAY", DRAIN_DELAY.toSeconds() + "s");
                Gateway gateway =
                        Gateway.start(installation, "gateway", FreePort.choose(), List.of("-Xmx512m"), settings);
                gateway.awaitReady();
                return new Shared(folder, installation, gateway);
            } catch (Exception e) {
                throw new IllegalStateException("the gateway does not start", e);
            }
        }

        @Override
        public void close() throws Exception {
            gateway.stop(STOPPED_WITHIN);
            WorkFolder.delete(folder);
        }
    }
}
