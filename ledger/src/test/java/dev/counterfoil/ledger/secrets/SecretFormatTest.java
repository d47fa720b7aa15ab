package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFormatTest {
    private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final long SEED = 20261121;

    @ParameterizedTest
    @ValueSource(strings = {"7KQ4M2XW9TPAH5RCP", "00000000000000012", "ZZZZZZZZZZZZZZZZM", "00000000000000005724"})
    void known_secrets_are_well_formed(String secret) {
        assertThat(SecretFormat.wellFormed(secret)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void made_secrets_are_well_formed_and_survive_print_and_type(SecretFormat format) {
        SecureRandom random = new SecureRandom();
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            String secret = format.make(random);
            assertThat(SecretFormat.wellFormed(secret)).as(secret).isTrue();
            assertThat(SecretFormat.normalise(" " + SecretFormat.print(secret).toLowerCase() + "\n"))
                    .contains(secret);
            made.add(secret);
        }
        assertThat(made).hasSize(2_000);
    }

    @Test
    void every_symbol_is_made_about_equally_often() {
        int[] seen = new int[CROCKFORD.length()];
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 4_000; i++) {
            SecretFormat.CROCKFORD.make(random).chars().forEach(c -> seen[CROCKFORD.indexOf(c)]++);
        }
        // 68,000 symbols, 2125 expected of each: 300 is more than six standard deviations.
        assertThat(IntStream.of(seen).allMatch(n -> Math.abs(n - 2125) < 300)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void every_single_wrong_character_is_caught(SecretFormat format) {
        String alphabet = alphabet(format);
        forSeededSecrets(format, secret -> {
            for (int i = 0; i < secret.length(); i++) {
                for (char c : alphabet.toCharArray()) {
                    String wrong = secret.substring(0, i) + c + secret.substring(i + 1);
                    assertThat(SecretFormat.wellFormed(wrong)).as(wrong).isEqualTo(wrong.equals(secret));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void every_swap_of_neighbours_is_caught(SecretFormat format) {
        forSeededSecrets(format, secret -> {
            for (int i = 0; i + 1 < secret.length(); i++) {
                String wrong = swap(secret, i, i + 1);
                assertThat(SecretFormat.wellFormed(wrong)).as(wrong).isEqualTo(wrong.equals(secret));
            }
        });
    }

    @Test
    void every_swap_of_any_two_crockford_characters_is_caught() {
        forSeededSecrets(SecretFormat.CROCKFORD, secret -> {
            for (int i = 0; i < secret.length(); i++) {
                for (int j = i + 1; j < secret.length(); j++) {
                    String wrong = swap(secret, i, j);
                    assertThat(SecretFormat.wellFormed(wrong)).as(wrong).isEqualTo(wrong.equals(secret));
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "7kq4-m2xw-9tpa-h5rcp, 7KQ4M2XW9TPAH5RCP",
        "iIlLoO, 111100",
        "'７ｋＱ４　－—– x', 7KQ4X",
        "4820 1935, 48201935",
    })
    void what_people_type_is_read(String typed, String normal) {
        assertThat(SecretFormat.normalise(typed)).contains(normal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " - ", "7KQ4U", "7KQ4*", "秘密", "7KQ4\u0000", "7KQ4'--;"})
    void what_no_secret_holds_is_not_read(String typed) {
        assertThat(SecretFormat.normalise(typed)).isEmpty();
    }

    @Test
    void an_endless_text_is_not_read() {
        assertThat(SecretFormat.normalise("7".repeat(65))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "7KQ4M2XW9TPAH5RC", "7KQ4M2XW9TPAH5RCPP", "0000000000000005724", "0000000000000000572A"
            })
    void another_length_or_alphabet_is_not_well_formed(String normal) {
        assertThat(SecretFormat.wellFormed(normal)).isFalse();
    }

    @Test
    void secrets_are_printed_in_groups_of_four() {
        assertThat(SecretFormat.print("7KQ4M2XW9TPAH5RCP")).isEqualTo("7KQ4-M2XW-9TPA-H5RCP");
        assertThat(SecretFormat.print("00000000000000005724")).isEqualTo("0000-0000-0000-0000-5724");
    }

    @Test
    void formats_are_known_by_their_names() {
        for (SecretFormat format : SecretFormat.values()) {
            assertThat(SecretFormat.of(format.id())).isEqualTo(format);
        }
        assertThatThrownBy(() -> SecretFormat.of("hex")).hasMessageContaining("crockford or digits");
    }

    private static void forSeededSecrets(SecretFormat format, Consumer<String> check) {
        SeededRandom random = new SeededRandom();
        for (int i = 0; i < 100; i++) {
            check.accept(format.make(random));
        }
    }

    private static String swap(String text, int i, int j) {
        char[] chars = text.toCharArray();
        chars[i] = text.charAt(j);
        chars[j] = text.charAt(i);
        return new String(chars);
    }

    private static String alphabet(SecretFormat format) {
        return format == SecretFormat.DIGITS ? CROCKFORD.substring(0, 10) : CROCKFORD;
    }

    /** The same secrets in every run, so that a failure can be repeated. */
    private static final class SeededRandom extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final Random random = new Random(SEED);

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }

        @Override
        public int nextInt(int bound) {
            return random.nextInt(bound);
        }
    }
}
