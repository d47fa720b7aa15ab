package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PepperTest {
    static final String FIRST = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    static final String SECOND = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    @Test
    void the_fingerprint_names_every_pepper_in_order() {
        assertThat(Pepper.of(List.of(FIRST, SECOND)).fingerprint())
                .isEqualTo("458dd7c2d0bbe924645ac430365796e6,3872209962050c0342e3bb6c649b30b9");
    }

    @Test
    void only_new_peppers_in_front_extend_a_recorded_list() {
        String recorded = Pepper.of(List.of(SECOND)).fingerprint();
        assertThat(Pepper.of(List.of(SECOND)).extendsRecorded(recorded)).isTrue();
        assertThat(Pepper.of(List.of(FIRST, SECOND)).extendsRecorded(recorded)).isTrue();
        assertThat(Pepper.of(List.of(SECOND, FIRST)).extendsRecorded(recorded)).isFalse();
        assertThat(Pepper.of(List.of(FIRST)).extendsRecorded(recorded)).isFalse();
        assertThat(Pepper.of(List.of(SECOND))
                        .extendsRecorded(Pepper.of(List.of(FIRST, SECOND)).fingerprint()))
                .isFalse();
    }

    @Test
    void a_pepper_is_read_from_a_file(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("pepper"), FIRST + "\n");
        assertThat(Pepper.of(List.of("file:" + file)).fingerprint())
                .isEqualTo(Pepper.of(List.of(FIRST)).fingerprint());
        assertThatThrownBy(() -> Pepper.of(List.of("file:" + dir.resolve("missing"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pepper[0]")
                .hasMessageContaining("missing");
    }

    @Test
    void a_generated_pepper_is_accepted_and_differs_each_time() {
        SecureRandom random = new SecureRandom();
        String one = Pepper.generate(random);
        String other = Pepper.generate(random);
        assertThat(Pepper.of(List.of(one)).fingerprint())
                .isNotEqualTo(Pepper.of(List.of(other)).fingerprint());
    }

    @Test
    void bad_settings_are_refused_without_quoting_them() {
        assertThatThrownBy(() -> Pepper.of(List.of())).hasMessageContaining("expected: at least one");
        assertThatThrownBy(() -> Pepper.of(List.of(FIRST, "c2hvcnQ=")))
                .hasMessage("pepper[1]: 5 bytes (expected: at least 32)");
        assertThatThrownBy(() -> Pepper.of(List.of("hunter2!hunter2!")))
                .hasMessageStartingWith("pepper[0]: not base64")
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
        assertThatThrownBy(() -> Pepper.of(List.of(FIRST, FIRST))).hasMessageContaining("listed twice");
    }

    @Test
    void it_does_not_print_itself() {
        assertThat(Pepper.of(List.of(FIRST, SECOND))).hasToString("Pepper[2 masked]");
    }
}
