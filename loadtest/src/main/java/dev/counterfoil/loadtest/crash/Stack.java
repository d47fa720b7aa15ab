package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.stack.FreePort;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.Postgresql;
import dev.counterfoil.loadtest.stack.Redis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is broken: one Redis, one PostgreSQL, and two gateways that reach them through links of their own. All of it ends
 * with this process. One thread, but for the gateways' addresses.
 */
final class Stack implements AutoCloseable {
    /** A gateway and its two ways to the servers. */
    record Site(Gateway gateway, Link toRedis, Link toPostgresql) {}

    private static final int GATEWAYS = 2;
    /** Little, so that every round trims, and asks for answers that only PostgreSQL has. */
    private static final String JOURNAL_KEEP = "500";

    private final Installation installation;
    private final Redis redis;
    private final Postgresql postgresql;
    private final List<Site> sites;
    private final ClientBooks books = new ClientBooks();

    private Stack(Installation installation, Redis redis, Postgresql postgresql, List<Site> sites) {
        this.installation = installation;
        this.redis = redis;
        this.postgresql = postgresql;
        this.sites = List.copyOf(sites);
    }

    /**
     * Sets up an installation below {@code folder} and starts it.
     *
     * @param fsync of Redis; with {@code EVERYSEC} the gateways are told to promise no more than that: accepted
     */
    static Stack start(Path folder, Redis.Fsync fsync) throws IOException, InterruptedException {
        Installation installation = Installation.prepare(folder);
        Redis redis = Redis.start(installation, fsync);
        Postgresql postgresql = Postgresql.start(installation);
        List<Site> sites = new ArrayList<>();
        for (int i = 0; i < GATEWAYS; i++) {
            Link toRedis = Link.to(redis.uri().getPort());
            Link toPostgresql = Link.to(postgresql.uri().getPort());
            URI throughLink =
                    URI.create(redis.uri().toString().replace(":" + redis.uri().getPort(), ":" + toRedis.port()));
            Map<String, String> settings = new HashMap<>(
                    installation.settings(throughLink, Postgresql.uri(installation, toPostgresql.port())));
            settings.put("COUNTERFOIL_LEDGER_JOURNAL_KEEP", JOURNAL_KEEP);
            settings.put("COUNTERFOIL_LEDGER_DURABILITY", fsync == Redis.Fsync.ALWAYS ? "durable" : "accepted");
            Gateway gateway =
                    Gateway.start(installation, "gateway-" + (i + 1), FreePort.choose(), Gateway.QUICK_START, settings);
            sites.add(new Site(gateway, toRedis, toPostgresql));
        }
        Stack stack = new Stack(installation, redis, postgresql, sites);
        for (Site site : sites) {
            site.gateway().awaitReady();
        }
        return stack;
    }

    Installation installation() {
        return installation;
    }

    Redis redis() {
        return redis;
    }

    Postgresql postgresql() {
        return postgresql;
    }

    List<Site> sites() {
        return sites;
    }

    /** What clients were told by it so far. */
    ClientBooks books() {
        return books;
    }

    /** Straight to the servers, past the links. */
    Addresses addresses() {
        return new Addresses(redis.uri(), postgresql.uri());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (Site site : sites) {
            site.gateway().process().kill();
            site.toRedis().close();
            site.toPostgresql().close();
        }
        redis.process().kill();
        postgresql.process().kill();
    }
}
