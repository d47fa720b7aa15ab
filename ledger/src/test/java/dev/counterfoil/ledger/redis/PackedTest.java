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
        Packed packed = new Packed().list(numbers.size());
        numbers.forEach(packed::number);
        assertThat(PackedTree.read(packed.toBytes())).isEqualTo(numbers);
    }

    @Test
    void texts_of_any_length_and_any_bytes_are_kept() {
        String thirtyOne = "x".repeat(31);
        String long_ = "y".repeat(70_000);
        byte[] raw = {0, -1, 127, -128};
        Packed packed = new Packed()
                .list(5)
                .text("")
                .text(thirtyOne)
                .text(thirtyOne + "z")
                .text(long_)
                .text(raw);
        assertThat(PackedTree.read(packed.toBytes()))
                .isEqualTo(List.of("", thirtyOne, thirtyOne + "z", long_, "\0ÿ\177\u0080"));
    }

    @Test
    void lists_are_nested_and_may_be_long() {
        Packed legs = new Packed().list(2).text("a").truth(true).list(1_000);
        IntStream.range(0, 1_000).forEach(legs::number);
        List<Object> tree =
                PackedTree.read(new Packed().list(3).truth(false).append(legs).toBytes());
        assertThat(tree.subList(0, 2)).isEqualTo(List.of(false, List.of("a", true)));
        assertThat(PackedTree.list(tree.get(2)))
                .isEqualTo(IntStream.range(0, 1_000)
                        .mapToObj(n -> (Object) (long) n)
                        .toList());
    }
}
