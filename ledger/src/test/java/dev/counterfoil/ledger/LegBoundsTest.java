package dev.counterfoil.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.model.SampleLegs;
import dev.counterfoil.ledger.rules.RedemptionRequest;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is out of its range is refused where it is made, by its name, its value and the range. */
class LegBoundsTest {
    private static final long MAX = 9_007_199_254_740_991L;

    private static Transaction transaction(int legs) {
        return SampleLegs.transaction(
                Cell.of("demo"), "k", "k", null, Collections.nCopies(legs, SampleLegs.stock("crab", 1)));
    }

    @Test
    void a_transaction_has_one_to_two_hundred_and_fifty_six_legs() {
        assertThatThrownBy(() -> transaction(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("legs: 0 (expected: 1..256)");
        assertThatThrownBy(() -> transaction(257))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("legs: 257 (expected: 1..256)");
        assertThat(transaction(1).legs()).hasSize(1);
        assertThat(transaction(256).legs()).hasSize(256);
    }

    static Stream<Arguments> ranges() {
        return Stream.of(
                // Nothing at all would be none of these.
                range("a new card's balance", "amount", 1, MAX, amount -> SampleLegs.newCard("a", amount)),
                range("a lot", "amount", 1, MAX, amount -> new Lot(0, "paid", amount)),
                range("a due", "amount", 1, MAX, amount -> new DueLeg(List.of(amount), List.of(List.of(0)))),
                range("an order", "value", 1, MAX, value -> new RedemptionRequest.Money(value, "CNY")),
                range("a hold", "lastsMs", 1, 604_800_000, HoldLeg::new),
                range("codes taken", "count", 1, 1_000, count -> new CodesLeg("video", (int) count)),
                range("what is followed", "of", 1, MAX, of -> follow(of, 0, 0, 0)),
                // 0 moves nothing: a look at a state, a flag, a window, or a part of which nothing returns now.
                range("an account's credit", "amount", 0, MAX, amount -> account(1, amount)),
                range("what returned", "before", 0, MAX, before -> follow(1, before, 0, 0)),
                range("what returns", "delta", 0, MAX, delta -> follow(1, 0, delta, 0)),
                range("what was taken", "whole", 0, MAX, whole -> follow(1, 0, 0, whole)),
                range("a limit", "limit", 0, MAX, limit -> SampleLegs.quota("q", 1, limit)),
                range("a card's expiry", "expiresAtMs", 0, MAX, ms -> SampleLegs.newCard("a", 1, CardState.ACTIVE, ms)),
                range("units", "delta", -MAX, MAX, delta -> SampleLegs.stock("crab", delta)),
                range("what is counted", "delta", -MAX, MAX, delta -> SampleLegs.quota("q", delta, 1)),
                // Below 0 are words: the amount itself, another total than expected, what is there.
                range("set aside", "setAside", -1, MAX, held -> account(-1, 1).aside(held)),
                range(
                        "set aside of a card",
                        "setAside",
                        -1,
                        MAX,
                        held -> SampleLegs.debit("a", 1).aside(held)),
                range("a price", "amount", -2, MAX, amount -> SampleLegs.debit("a", amount)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ranges")
    void what_is_out_of_its_range_is_refused_where_it_is_made(
            String what, String name, long least, long most, LongFunction<Object> made) {
        LongStream.of(least, most)
                .forEach(value -> assertThatCode(() -> made.apply(value))
                        .as("%s: %s", name, value)
                        .doesNotThrowAnyException());
        LongStream.of(least - 1, most + 1)
                .forEach(value -> assertThatThrownBy(() -> made.apply(value))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(name + ": " + value + " (expected: " + least + ".." + most + ")"));
    }

    @Test
    void an_account_is_asked_for_what_it_has_only_by_a_debit() {
        assertThat(account(-1, Price.DRAWN).amount()).isEqualTo(-2);
        for (long none : new long[] {-1, -3, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> account(-1, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("amount: " + none + " (expected: 0.." + MAX + ")");
        }
        assertThatThrownBy(() -> account(1, Price.DRAWN)).hasMessageContaining("sign: 1 (expected: -1");
    }

    private static AccountLeg account(int sign, long amount) {
        return new AccountLeg("u_1", "CNY", sign, amount, true, false, null, null);
    }

    private static Leg follow(long of, long before, long delta, long whole) {
        return new FollowLeg(of, null, "", 0, 1, 1, List.of(new FollowLeg.Part("a:CNY", before, delta, whole)));
    }

    private static Arguments range(String what, String name, long least, long most, LongFunction<Object> made) {
        return Arguments.of(what, name, least, most, made);
    }
}
