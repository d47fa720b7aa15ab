package dev.counterfoil.loadtest.bench;

/**
 * A scenario measured once.
 *
 * @param gatewayCpu CPU seconds of the gateway (or the echo), likewise of the servers
 * @param lagSeconds the longest settlement lag seen meanwhile
 */
record Round(
        Scenario scenario,
        int number,
        Wrk.Result load,
        double gatewayCpu,
        double redisCpu,
        double postgresCpu,
        double lagSeconds) {
    double gatewayCpuPerThousand() {
        return gatewayCpu * 1_000 / load.requests();
    }

    double redisCpuPerThousand() {
        return redisCpu * 1_000 / load.requests();
    }

    double postgresCpuPerThousand() {
        return postgresCpu * 1_000 / load.requests();
    }
}
