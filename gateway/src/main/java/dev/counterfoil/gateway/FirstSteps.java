package dev.counterfoil.gateway;

import java.nio.file.Path;

/** What a start prints for somebody who tries the demo: where it is, and one redemption to paste. It holds no secret. */
final class FirstSteps {
    private FirstSteps() {}

    static String text(String url, Path demoFile) {
        Path here = Path.of("").toAbsolutePath();
        Path file = demoFile.startsWith(here) ? here.relativize(demoFile) : demoFile;
        return """

                Counterfoil serves on %s   (Ctrl-C stops it)

                Redeem one box of crabs with a demo card:

                  . %s
                  curl -s "$CF_URL/v1/programs/demo/redemptions" -H "Authorization: Bearer $CF_SECRET_KEY" \\
                    -H 'Content-Type: application/json' -H 'Idempotency-Key: first-1' \\
                    -d '{"secret":"'"$CF_CARD_SECRET"'","item":"crab-8","account":"u_1"}'

                """.formatted(url, file.isAbsolute() ? file : "./" + file);
    }
}
