package dev.counterfoil.loadtest.openloop;

import dev.counterfoil.loadtest.Target;
import java.nio.charset.StandardCharsets;

/** Redemptions as the bytes of their requests. */
public final class Redemptions {
    private Redemptions() {}

    /** @param reference also the idempotency key: printable ASCII that JSON need not escape, as the others are */
    public static byte[] request(Target target, String secret, String item, String account, String reference) {
        String body = "{\"secret\":\"" + secret + "\",\"item\":\"" + item + "\",\"account\":\"" + account
                + "\",\"reference\":\"" + reference + "\"}";
        return ("POST /v1/programs/" + target.program()
                        + "/redemptions HTTP/1.1\r\nHost: open-loop\r\nAuthorization: Bearer " + target.secretKey()
                        + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + reference
                        + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
