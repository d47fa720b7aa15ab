package dev.counterfoil.ledger.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.secrets.GuessHash;
import dev.counterfoil.ledger.secrets.Pepper;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChallengesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T04:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final GuessHash hash = new GuessHash(Pepper.of(List.of(Pepper.generate(RANDOM))));

    private Challenges at(Instant moment) {
        return new Challenges(hash, 8, Duration.ofMinutes(3), Clock.fixed(moment, ZoneOffset.UTC), RANDOM);
    }

    private static String solution(String token, int bits) {
        for (int n = 0; ; n++) {
            if (Challenges.zeroBits(token + ":" + n) >= bits) {
                return token + ":" + n;
            }
        }
    }

    @Test
    void an_answer_is_good_for_its_program_and_key_until_it_expires() {
        Challenges.Challenge challenge = at(NOW).make("demo", "k1");
        String proof = solution(challenge.token(), challenge.bits());
        assertThat(challenge.expiresAt()).isEqualTo(NOW.plusSeconds(180));
        assertThat(at(NOW).solved(proof, "demo", "k1").orElseThrow().lasts()).isEqualTo(Duration.ofMinutes(3));
        assertThat(at(NOW.plusMillis(179_999)).solved(proof, "demo", "k1")).isPresent();
        assertThat(at(NOW.plusSeconds(180)).solved(proof, "demo", "k1")).isEmpty();
        assertThat(at(NOW).solved(proof, "other", "k1")).isEmpty();
        assertThat(at(NOW).solved(proof, "demo", "k2")).isEmpty();
    }

    @Test
    void what_is_not_ours_or_not_solved_is_no_answer() {
        Challenges.Challenge challenge = at(NOW).make("demo", "k1");
        String[] parts = challenge.token().split("\\.");
        String easier = parts[0] + ".1." + parts[2] + "." + parts[3];
        String later = "9" + challenge.token();
        for (String token : List.of(easier, later, challenge.token().replace(parts[2], "AAAAAAAAAAAAAAAA"))) {
            assertThat(at(NOW).solved(solution(token, 8), "demo", "k1"))
                    .as(token)
                    .isEmpty();
        }
        for (int n = 0; n < 3; n++) {
            String proof = challenge.token() + ":" + n;
            assertThat(at(NOW).solved(proof, "demo", "k1").isPresent()).isEqualTo(Challenges.zeroBits(proof) >= 8);
        }
        for (String text : List.of("", ":", challenge.token(), challenge.token() + ":", "1.8.a.b:c")) {
            assertThat(at(NOW).solved(text, "demo", "k1")).as(text).isEmpty();
        }
    }

    @Test
    void zero_bits_are_counted_from_the_left() {
        // sha256("hello") = 2cf24dba…
        assertThat(Challenges.zeroBits("hello")).isEqualTo(2);
    }
}
