package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedTest {
    @Test
    void numbers_are_kept_at_every_width() {
        List<Long> numbers = List.of(
                0L,
                127L,
                128L,
                -1L,
                -32L,
                -33L,
                65_536L,
                2_147_483_647L,
                2_147_483_648L,
                -2_147_483_648L,
                -2_147_483_649L,
                9_007_199_254_740_991L,
                -9_007_199_254_740_991L);
        Packed packed = new Packed();
        numbers.forEach(packed::number);
        assertThat(PackedValues.read(packed.toBytes())).isEqualTo(numbers);
    }

    @Test
    void texts_of_any_length_and_any_bytes_are_kept() {
        String thirtyOne = "x".repeat(31);
        String long_ = "y".repeat(70_000);
        byte[] raw = {0, -1, 127, -128};
        Packed packed = new Packed()
                .text("")
                .text(thirtyOne)
                .text(thirtyOne + "z")
                .text(long_)
                .text(raw);
        assertThat(PackedValues.read(packed.toBytes()))
                .isEqualTo(List.of("", thirtyOne, thirtyOne + "z", long_, "\0ÿ\177\u0080"));
    }

    @Test
    void one_goes_behind_the_other() {
        Packed legs = new Packed().text("a").truth(true);
        IntStream.range(0, 1_000).forEach(legs::number);
        List<Object> values =
                PackedValues.read(new Packed().truth(false).append(legs).toBytes());
        assertThat(values.subList(0, 3)).isEqualTo(List.of(false, "a", true));
        assertThat(values.subList(3, values.size()))
                .isEqualTo(IntStream.range(0, 1_000)
                        .mapToObj(n -> (Object) (long) n)
                        .toList());
    }
}
