package dev.counterfoil.loadtest.overload;

import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.stack.FreePort;
import dev.counterfoil.loadtest.stack.Gateway;
import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.Postgresql;
import dev.counterfoil.loadtest.stack.Redis;
import dev.counterfoil.loadtest.stack.WorkFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A gateway with its own servers, whose Redis answers as late as one wants it to. All of it ends with this process. One thread. */
final class OneGateway implements AutoCloseable {
    private final Installation installation;
    private final Redis redis;
    private final Postgresql postgresql;
    private final SlowWire toRedis;
    private final Gateway gateway;

    private OneGateway(
            Installation installation, Redis redis, Postgresql postgresql, SlowWire toRedis, Gateway gateway) {
        this.installation = installation;
        this.redis = redis;
        this.postgresql = postgresql;
        this.toRedis = toRedis;
        this.gateway = gateway;
    }

    /** Sets up an installation below {@code folder}, which is emptied, and starts it; returns when it is ready. */
    static OneGateway start(Path folder, Duration redisDelay) throws IOException, InterruptedException {
        WorkFolder.clear(folder);
        Installation installation = Installation.prepare(folder);
        Redis redis = Redis.start(installation, Redis.Fsync.ALWAYS);
        Postgresql postgresql = Postgresql.start(installation);
        SlowWire toRedis = new SlowWire(redis.uri().getPort(), redisDelay);
        URI slow = URI.create(redis.uri().toString().replace(":" + redis.uri().getPort(), ":" + toRedis.port()));
        Gateway gateway = Gateway.start(
                installation,
                "gateway",
                FreePort.choose(),
                Gateway.QUICK_START,
                installation.settings(slow, postgresql.uri()));
        OneGateway one = new OneGateway(installation, redis, postgresql, toRedis, gateway);
        gateway.awaitReady();
        return one;
    }

    /** The demo program. */
    Target target() {
        return installation.target(gateway.url());
    }

    /** Straight to the servers. */
    Addresses addresses() {
        return new Addresses(redis.uri(), postgresql.uri());
    }

    long pid() {
        return gateway.process().pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        gateway.process().kill();
        toRedis.close();
        redis.process().kill();
        postgresql.process().kill();
    }
}
