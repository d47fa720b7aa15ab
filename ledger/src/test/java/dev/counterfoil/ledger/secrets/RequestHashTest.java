package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestHashTest {
    private final RequestHash hash = new RequestHash(Pepper.of(List.of(PepperTest.FIRST, PepperTest.SECOND)));

    @Test
    void hashes_are_the_documented_ones() {
        assertThat(hex(hash.idempotency("cl_1", null, "k-1"))).isEqualTo("04a1dc6535c2e2cbe81b6e30acbf2206");
        assertThat(hex(hash.idempotency("cl_1", "AAAAAAAAAAAAAAAAAAAAAA", "k-1")))
                .isEqualTo("467e6986d43ce9892a330b0e8a722cb6");
        assertThat(hex(hash.fingerprint("{\"item\":\"crab-8\"}"))).isEqualTo("e06198174ead44e1503d2bcdef061815");
    }

    @Test
    void adding_a_pepper_in_front_changes_no_replay() {
        RequestHash before = new RequestHash(Pepper.of(List.of(PepperTest.SECOND)));
        assertThat(before.idempotency("cl_1", null, "k-1")).isEqualTo(hash.idempotency("cl_1", null, "k-1"));
        assertThat(before.fingerprint("{}")).isEqualTo(hash.fingerprint("{}"));
    }

    @Test
    void a_key_of_one_client_is_not_the_same_key_of_another() {
        assertThat(hash.idempotency("cl_1", null, "k")).isNotEqualTo(hash.idempotency("cl_2", null, "k"));
        assertThat(hash.idempotency("cl_1", "k", "")).isNotEqualTo(hash.idempotency("cl_1", null, "k"));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
