package dev.counterfoil.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final double EXACT = 1e-9;

    @Test
    void aRatioIsToTheEchoesBesideIt() {
        Figures figures = new Figures(List.of(
                round(Scenario.ECHO, 40_000),
                round(Scenario.REDEEM, 10_000),
                round(Scenario.ECHO, 60_000),
                round(Scenario.LOOKUP, 20_000),
                round(Scenario.ECHO, 20_000),
                round(Scenario.REDEEM, 6_000),
                round(Scenario.ECHO, 20_000)));

        assertThat(figures.ratio(Scenario.REDEEM, FiguresTest::perSecond))
                .as("the median of 10,000 to 50,000 and of 6,000 to 20,000")
                .isCloseTo(0.25, within(EXACT));
        assertThat(figures.ratio(Scenario.LOOKUP, FiguresTest::perSecond)).isCloseTo(0.5, within(EXACT));
        assertThat(figures.ratio(Scenario.ECHO, FiguresTest::perSecond)).isCloseTo(1, within(EXACT));
        assertThat(figures.median(Scenario.ECHO, FiguresTest::perSecond)).isCloseTo(30_000, within(EXACT));
    }

    @Test
    void withoutAnEchoThereIsNoRatio() {
        Figures figures = new Figures(List.of(round(Scenario.REDEEM, 10_000), round(Scenario.REDEEM, 8_000)));

        assertThat(figures.ratio(Scenario.REDEEM, FiguresTest::perSecond)).isNaN();
        assertThat(figures.median(Scenario.REDEEM, FiguresTest::perSecond)).isCloseTo(9_000, within(EXACT));
    }

    private static double perSecond(Round round) {
        return round.load().perSecond();
    }

    private static Round round(Scenario scenario, long requests) {
        return new Round(scenario, 1, new Wrk.Result(requests, 1, 0, 0, 1, 1, 1), 1, 1, 1, 0);
    }
}
