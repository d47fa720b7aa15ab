package dev.counterfoil.ledger.embedded;

import java.nio.file.Path;

/** A process of its own that starts both servers on the folder it is given, says so, and holds them until it is killed. */
public final class HoldServers {
    private HoldServers() {}

    public static void main(String[] args) throws InterruptedException {
        EmbeddedServers servers = EmbeddedServers.start(DataDirectory.open(Path.of(args[0])), EmbeddedSettings.DEFAULT);
        System.out.println(
                "HOLDING " + servers.redis().pid() + " " + servers.postgresql().pid());
        Thread.sleep(Long.MAX_VALUE);
    }
}
