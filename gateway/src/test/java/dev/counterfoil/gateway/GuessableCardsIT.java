package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.guard.Challenges;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A program that made so many cards that a guesser would find some asks pages for work from the first attempt on. */
class GuessableCardsIT {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static TwoGateways gateways;
    private static String page;
    private static String admin;

    @BeforeAll
    static void open() {
        gateways = new TwoGateways(Map.of("COUNTERFOIL_GUARD_CHALLENGE_BITS", "8"));
        gateways.put(
                "/card-types/keypad",
                new JsonObject()
                        .put("name", "For keypads")
                        .put("asset", "CNY")
                        .put("face_value", 100)
                        .put("secret_format", "digits"));
        page = gateways.newKey("publishable");
        admin = gateways.command("keys", "create", "--issuer", "acme", "--client", "office", "--scopes", "admin,lookup")
                .lines()
                .get(0);
        Awaitility.await()
                .until(() -> lookUp(0, page, wrong(SecretFormat.CROCKFORD)).status() == 422
                        && lookUp(0, admin, wrong(SecretFormat.CROCKFORD)).status() == 422
                        && lookUp(1, page, wrong(SecretFormat.CROCKFORD)).status() == 422);
    }

    @AfterAll
    static void close() {
        gateways.close();
    }

    private static String wrong(SecretFormat format) {
        return format.make(RANDOM);
    }

    private static Answer lookUp(int gateway, String key, String secret, String... headers) {
        return gateways.send(gateway, key, "/cards/lookup", new JsonObject().put("secret", secret), headers);
    }

    private static Answer batch(String cardType) {
        return gateways.post(
                        0,
                        "/batches",
                        RunningGateway.key(),
                        new JsonObject().put("card_type", cardType).put("count", 1))
                .join();
    }

    private static String secret(Answer batch) {
        return new JsonObject(batch.text().lines().findFirst().orElseThrow()).getString("secret");
    }

    /** As if so many had been made: nobody waits for four billion cards. */
    private static void made(String cardType, int batches, int cards) throws Exception {
        try (Connection books = Servers.connect(gateways.booksUri());
                Statement statement = books.createStatement()) {
            statement.execute(
                    "insert into batch (id, program, card_type, count, card_state, client, idem, fingerprint, state)"
                            + " select 'bt_many' || n, 'twin', '" + cardType + "', " + cards
                            + ", 'a', 'x', convert_to(n::text, 'UTF8'), '\\x00', 'delivered' from generate_series(1, "
                            + batches + ") n");
        }
    }

    private static void budget(long failuresADay) {
        JsonObject limits = new JsonObject().put("failures_daily", failuresADay);
        assertThat(gateways.patch(admin, new JsonObject().put("limits", limits)).status())
                .isEqualTo(200);
    }

    @Test
    void past_a_hundredth_of_a_card_a_year_pages_solve_challenges_for_that_format_and_nobody_else_does()
            throws Exception {
        Answer few = batch("keypad");
        assertThat(few.header("Counterfoil-Expected-Hits")).isEqualTo("3.7e-14");
        assertThat(lookUp(0, page, secret(few)).status()).isEqualTo(200);

        made("keypad", 2, 2_000_000_000);
        budget(100_000);
        Answer many = batch("keypad");
        assertThat(many.header("Counterfoil-Expected-Hits")).isEqualTo("1.5e-02");
        String card = secret(many);
        for (int gateway = 0; gateway < 2; gateway++) {
            int one = gateway;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> lookUp(one, page, card).status() == 429);
        }
        Answer asked = lookUp(1, page, card);
        assertThat(asked.code()).isEqualTo("challenge_required");
        assertThat(lookUp(1, page, wrong(SecretFormat.DIGITS)).code())
                .as("the same of a secret that is nobody's")
                .isEqualTo("challenge_required");
        String token = asked.json().getJsonObject("challenge").getString("token");
        assertThat(lookUp(1, page, card, "Counterfoil-Proof", solved(token)).status())
                .isEqualTo(200);
        assertThat(lookUp(1, admin, card).status()).as("a secret key").isEqualTo(200);
        assertThat(lookUp(1, page, secret(batch("gift"))).status())
                .as("another format")
                .isEqualTo(200);

        budget(1_000);
        for (int gateway = 0; gateway < 2; gateway++) {
            int one = gateway;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> lookUp(one, page, card).status() == 200);
        }
    }

    private static String solved(String token) {
        for (int i = 0; ; i++) {
            if (Challenges.zeroBits(token + ":" + i) >= 8) {
                return token + ":" + i;
            }
        }
    }
}
