package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeCipherTest {
    private static final String OLD = "k1:" + PepperTest.SECOND;
    private static final String NEW = "k2:" + PepperTest.FIRST;
    private static final DigitalCode CODE = new DigitalCode("ABC-1", "99", null);

    private final SecureRandom random = new SecureRandom();
    private final CodeCipher cipher = CodeCipher.of(List.of(NEW, OLD), random);

    @Test
    void a_text_sealed_by_another_implementation_opens() {
        String sealed = "k2.AAECAwQFBgcICQoLPCC1dKGA4CGvANXInNhaQaGm7lrSQX1FAUWYX0yuAKz1AiOrK8RPvsvrzw";
        assertThat(cipher.open("demo", "video-month", "cd_1", sealed)).isEqualTo(CODE);
    }

    @Test
    void what_is_sealed_opens_and_never_looks_the_same_twice() {
        DigitalCode full = new DigitalCode("激活-\"x\"", "1", "2027-01-01T00:00:00Z");
        String sealed = cipher.seal("demo", "video-month", "cd_1", full);
        assertThat(cipher.open("demo", "video-month", "cd_1", sealed)).isEqualTo(full);
        assertThat(cipher.seal("demo", "video-month", "cd_1", full)).isNotEqualTo(sealed);
        assertThat(sealed).matches("k2\\.[A-Za-z0-9_-]+");
    }

    @Test
    void an_old_key_still_opens_and_a_removed_one_does_not() {
        String sealed = CodeCipher.of(List.of(OLD), random).seal("demo", "s", "c", CODE);
        assertThat(cipher.open("demo", "s", "c", sealed)).isEqualTo(CODE);
        assertThatThrownBy(() -> CodeCipher.of(List.of(NEW), random).open("demo", "s", "c", sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("code key k1");
    }

    @Test
    void a_sealed_code_is_bound_to_its_program_item_and_id() {
        String sealed = cipher.seal("demo", "video-month", "cd_1", CODE);
        assertRefused("demo2", "video-month", "cd_1", sealed);
        assertRefused("demo", "video-year", "cd_1", sealed);
        assertRefused("demo", "video-month", "cd_2", sealed);
    }

    @Test
    void any_changed_bit_is_noticed() {
        String sealed = cipher.seal("demo", "s", "c", CODE);
        for (int i = "k2.".length(); i < sealed.length() - 1; i++) {
            char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
            assertRefused("demo", "s", "c", sealed.substring(0, i) + other + sealed.substring(i + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "k2", "k2.", "k2.AAAA", "k2.***", ".AAECAwQFBgcICQoLPCC1dKGA4CGvANXInNhaQaGm7lrSQX1F"})
    void a_malformed_text_is_refused(String sealed) {
        assertRefused("demo", "s", "c", sealed);
    }

    @Test
    void duplicates_are_found_whatever_key_sealed_them() {
        assertThat(HexFormat.of().formatHex(cipher.duplicateHash("demo", "video-month", "ABC")))
                .isEqualTo("c5217edba85344706b12b97f9b6dfd7d")
                .isEqualTo(HexFormat.of()
                        .formatHex(CodeCipher.of(List.of(OLD), random).duplicateHash("demo", "video-month", "ABC")));
        assertThat(cipher.duplicateHash("demo", "video-month", "ABD"))
                .isNotEqualTo(cipher.duplicateHash("demo", "video-month", "ABC"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k1",
                "k1:",
                "k1:c2hvcnQ=",
                ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "a.b:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
            })
    void a_bad_key_is_refused_without_quoting_it(String entry) {
        assertThatThrownBy(() -> CodeCipher.of(List.of(NEW, entry), random))
                .hasMessageStartingWith("code-keys[1]: malformed")
                .hasMessageNotContaining("AAEC");
    }

    @Test
    void a_generated_key_works_and_nothing_prints_a_code() {
        CodeCipher generated = CodeCipher.of(List.of(CodeCipher.generate("k9", random)), random);
        assertThat(generated.open("p", "s", "c", generated.seal("p", "s", "c", CODE)))
                .isEqualTo(CODE);
        assertThat(CODE).hasToString("DigitalCode[masked]");
        assertThat(cipher).hasToString("CodeCipher[k2, k1]");
    }

    private void assertRefused(String program, String sku, String codeId, String sealed) {
        assertThatThrownBy(() -> cipher.open(program, sku, codeId, sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("ABC-1");
    }
}
