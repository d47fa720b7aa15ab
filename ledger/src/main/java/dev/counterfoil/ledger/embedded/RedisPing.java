package dev.counterfoil.ledger.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;

/** One PING over a socket of its own: enough to know whether a Redis just started is ready. */
final class RedisPing {
    enum Answer {
        /** It serves. */
        READY,
        /** It reads its append-only file and will serve after that. */
        LOADING,
        /** Nothing listens yet, or what listens is not the Redis that knows this password. */
        NONE
    }

    private static final int TIMEOUT_MS = 2_000;

    private RedisPing() {}

    static Answer send(int port, String password) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LoopbackPort.HOST, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(("AUTH " + password + "\r\nPING\r\n").getBytes(US_ASCII));
            BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            if (!"+OK".equals(answers.readLine())) {
                return Answer.NONE;
            }
            String pong = String.valueOf(answers.readLine());
            if (pong.startsWith("-LOADING")) {
                return Answer.LOADING;
            }
            return pong.equals("+PONG") ? Answer.READY : Answer.NONE;
        } catch (IOException e) {
            return Answer.NONE;
        }
    }
}
