package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports of the loopback address.
 *
 * <p>Free ones come from below the range the system takes for outgoing connections. A client that keeps trying a
 * stopped server's port inside that range can be given the very port it calls, connect to itself, and keep the server
 * from coming back.
 */
final class LoopbackPort {
    static final String HOST = "127.0.0.1";
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 31_999;
    private static final int TRIES = 200;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {}

    /**
     * {@code wanted}, or a free port when that is 0.
     *
     * @param server whose port it is, for the message
     * @throws EmbeddedServerException when {@code wanted} is taken
     */
    static int choose(String server, int wanted) {
        if (wanted != 0) {
            if (!isFree(wanted)) {
                throw new EmbeddedServerException(server + ": port " + wanted + " is in use");
            }
            return wanted;
        }
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new EmbeddedServerException(server + ": no free port in " + LOWEST + ".." + HIGHEST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
