package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.ledger.access.AddressRange;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections are open, in all and of each address; what is beyond is closed as soon as it is accepted. Thread-safe. */
public final class ConnectionCaps {
    private final HttpSettings settings;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Long, Integer> byAddress = new ConcurrentHashMap<>();
    private final Counter beyondAll;
    private final Counter beyondAddress;

    public ConnectionCaps(HttpSettings settings, MeterRegistry registry) {
        this.settings = settings;
        this.beyondAll = refused(registry, "all");
        this.beyondAddress = refused(registry, "address");
        Gauge.builder("counterfoil.http.connections", open, AtomicInteger::get)
                .description("Open connections of clients")
                .register(registry);
    }

    private static Counter refused(MeterRegistry registry, String cap) {
        return Counter.builder("counterfoil.http.connections.refused")
                .description("Connections closed as soon as they were accepted, by the cap that was reached")
                .tag("cap", cap)
                .register(registry);
    }

    /** The metrics' own port is not held to any cap: one wants to see what goes on when they are reached. */
    boolean concern(int port) {
        return settings.metricsPort() == 0 || port != settings.metricsPort();
    }

    /** Counts a connection. False, and not counted, where a cap is reached; else {@link #closed} has to follow. */
    boolean opened(InetAddress address) {
        if (open.incrementAndGet() > settings.bounds().connections()) {
            open.decrementAndGet();
            beyondAll.increment();
            return false;
        }
        if (isProxy(address)) {
            return true;
        }
        int most = settings.bounds().connectionsPerAddress();
        int ofAddress = byAddress.merge(ClientNetwork.of(address), 1, Integer::sum);
        if (ofAddress > most) {
            closed(address);
            beyondAddress.increment();
            return false;
        }
        return true;
    }

    void closed(InetAddress address) {
        int unused = open.decrementAndGet();
        if (!isProxy(address)) {
            byAddress.computeIfPresent(ClientNetwork.of(address), (same, count) -> count == 1 ? null : count - 1);
        }
    }

    int addresses() {
        return byAddress.size();
    }

    private boolean isProxy(InetAddress address) {
        for (AddressRange range : settings.trustedProxies()) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
