package dev.counterfoil.ledger.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTest {
    private static final String SECRET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd";

    @Test
    void a_key_has_its_documented_form_and_reads_back() {
        SecureRandom random = new SecureRandom();
        for (KeyKind kind : KeyKind.values()) {
            KeyText made = KeyText.make(kind, random);
            assertThat(made.reveal()).matches("cf_[sp]k_[0-9a-hjkmnp-tv-z]{12}_[0-9A-Za-z]{40}");
            KeyText read = KeyText.parse(made.reveal()).orElseThrow();
            assertThat(read.kind()).isEqualTo(kind);
            assertThat(read.id()).isEqualTo(made.id());
            assertThat(read.sha256()).isEqualTo(made.sha256());
            assertThat(made.toString()).isEqualTo(kind.prefix() + made.id() + "_…");
        }
    }

    @Test
    void the_hash_is_the_plain_sha_256_of_the_secret() {
        assertThat(HexFormat.of()
                        .formatHex(KeyText.parse("cf_sk_0123456789ab_" + SECRET)
                                .orElseThrow()
                                .sha256()))
                .isEqualTo("cd52b88dd44f85725c87b360182eae83abcc367fc4efa948d728f9acfc5a5f38");
    }

    @Test
    void anything_else_is_no_key() {
        String good = "cf_sk_0123456789ab_" + SECRET;
        assertThat(KeyText.parse(good)).isPresent();
        assertThat(KeyText.parse(null)).isEmpty();
        for (String bad : List.of(
                "",
                good + "x",
                good.substring(1),
                good.replace("cf_sk_", "cf_xk_"),
                good.replace("0123456789ab", "0123456789AB"),
                good.replace("0123456789ab", "0123456789il"),
                good.replace("ab_", "ab-"),
                good.replace("WXYZ", "WX-Z"),
                good.replace("WXYZ", "WXÿZ"))) {
            assertThat(KeyText.parse(bad)).as(bad).isEmpty();
        }
    }

    @Test
    void a_publishable_key_takes_only_harmless_scopes() {
        for (Scope scope : Scope.values()) {
            Set<Scope> scopes = EnumSet.of(scope);
            boolean harmless = Set.of("redeem", "lookup", "catalog:read").contains(scope.token());
            if (harmless) {
                assertThat(draft(KeyKind.PUBLISHABLE, scopes).scopes()).containsExactly(scope);
            } else {
                assertThatThrownBy(() -> draft(KeyKind.PUBLISHABLE, scopes)).isInstanceOf(InvalidField.class);
            }
            assertThat(draft(KeyKind.SECRET, scopes).scopes()).containsExactly(scope);
            assertThat(Scope.of(scope.token())).isEqualTo(scope);
        }
        assertThatThrownBy(() -> draft(KeyKind.SECRET, Set.of())).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Scope.of("root")).isInstanceOf(InvalidField.class);
    }

    private static KeyDraft draft(KeyKind kind, Set<Scope> scopes) {
        return new KeyDraft("cl_x", kind, scopes, null, "A key", null, KeyTerms.NONE);
    }
}
