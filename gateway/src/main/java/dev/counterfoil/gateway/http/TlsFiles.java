package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.TlsSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate and key of the gateway, looked at every second: new connections get the new pair, those that are there stay.
 * A pair that cannot be used, or of which only one file was replaced yet, changes nothing.
 */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration WARN_BEFORE = Duration.ofDays(14);

    private final Vertx vertx;
    private final TlsSettings settings;
    private final Counter taken;
    private final Counter refused;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile TlsCertificate current;

    /** What was found unusable last, and whether that was said. */
    private TlsCertificate.@Nullable Pem unusable;

    private boolean said;

    /** Throws {@link TlsCertificate.Unusable}. Blocks. */
    TlsFiles(Vertx vertx, TlsSettings settings, MeterRegistry registry) {
        this.vertx = vertx;
        this.settings = settings;
        this.current = TlsCertificate.of(vertx, TlsCertificate.Pem.read(settings));
        this.taken = reloads(registry, "taken");
        this.refused = reloads(registry, "refused");
        Gauge.builder(
                        "counterfoil.tls.certificate.expiry",
                        () -> current.expiresAt().getEpochSecond())
                .description("When the first certificate of the chain that is served expires, since the epoch")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        tellOfExpiry();
    }

    private static Counter reloads(MeterRegistry registry, String result) {
        return Counter.builder("counterfoil.tls.reloads")
                .description("Certificates that were found changed, and whether they could be used")
                .tag("result", result)
                .register(registry);
    }

    HttpServerOptions secure(HttpServerOptions options) {
        return options.setKeyCertOptions(current.files().options()).setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    private ServerSSLOptions options() {
        return new ServerSSLOptions()
                .setKeyCertOptions(current.files().options())
                .setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    /** Looks for changes from now on, for all servers of the port that {@code server} shares. */
    void follow(HttpServer server) {
        long unused = vertx.setPeriodic(LOOK_AGAIN.toMillis(), due -> {
            if (looking.compareAndSet(false, true)) {
                vertx.executeBlocking(this::changed)
                        .compose(next -> next == null ? Future.<Void>succeededFuture() : take(next, server))
                        .onComplete(done -> {
                            looking.set(false);
                            if (done.failed()) {
                                LOG.error("the TLS certificate cannot be looked after", done.cause());
                            }
                        });
            }
        });
    }

    private Future<Void> take(TlsCertificate next, HttpServer server) {
        TlsCertificate before = current;
        current = next;
        return server.updateSSLOptions(options())
                .<Void>mapEmpty()
                .onSuccess(done -> {
                    taken.increment();
                    LOG.info("new TLS certificate, valid until {}", next.expiresAt());
                    tellOfExpiry();
                })
                .onFailure(failure -> current = before);
    }

    /** A pair that is new and can be used, else null. What is unusable is told of once, where it stays so for one more look. */
    private @Nullable TlsCertificate changed() {
        TlsCertificate.Pem found;
        try {
            found = TlsCertificate.Pem.read(settings);
        } catch (TlsCertificate.Unusable e) {
            tell(TlsCertificate.Pem.NONE, e);
            return null;
        }
        if (found.equals(current.files())) {
            unusable = null;
            return null;
        }
        try {
            TlsCertificate next = TlsCertificate.of(vertx, found);
            unusable = null;
            return next;
        } catch (TlsCertificate.Unusable e) {
            tell(found, e);
            return null;
        }
    }

    private void tell(TlsCertificate.Pem found, TlsCertificate.Unusable why) {
        if (!found.equals(unusable)) {
            unusable = found;
            said = false;
        } else if (!said) {
            said = true;
            refused.increment();
            LOG.warn("the TLS certificate stays as it was: {}", why.getMessage());
        }
    }

    private void tellOfExpiry() {
        if (current.expiresAt().isBefore(Instant.now().plus(WARN_BEFORE))) {
            LOG.warn("the TLS certificate expires at {}", current.expiresAt());
        }
    }
}
