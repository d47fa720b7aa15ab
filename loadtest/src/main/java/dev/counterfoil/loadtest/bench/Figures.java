package dev.counterfoil.loadtest.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What the rounds came to: of each scenario the median of each figure, and of its ratios to the echo just before and after. */
final class Figures {
    /** As they were measured. */
    private final List<Round> all;

    private final Map<Scenario, List<Round>> rounds = new EnumMap<>(Scenario.class);

    /** @param all in the order in which they were measured */
    Figures(List<Round> all) {
        this.all = List.copyOf(all);
        for (Scenario scenario : Scenario.values()) {
            List<Round> own =
                    all.stream().filter(round -> round.scenario() == scenario).toList();
            if (!own.isEmpty()) {
                rounds.put(scenario, own);
            }
        }
    }

    Iterable<Scenario> scenarios() {
        return rounds.keySet();
    }

    double median(Scenario scenario, ToDoubleFunction<Round> figure) {
        return median(rounds(scenario).stream().mapToDouble(figure).toArray());
    }

    double longest(Scenario scenario, ToDoubleFunction<Round> figure) {
        return rounds(scenario).stream().mapToDouble(figure).max().orElse(Double.NaN);
    }

    double sum(Scenario scenario, ToDoubleFunction<Round> figure) {
        return rounds(scenario).stream().mapToDouble(figure).sum();
    }

    /** Each measurement's figure beside the mean of the echo's before and after it; NaN where the echo was not measured. */
    double ratio(Scenario scenario, ToDoubleFunction<Round> figure) {
        return median(IntStream.range(0, all.size())
                .filter(place -> all.get(place).scenario() == scenario)
                .mapToDouble(place -> figure.applyAsDouble(all.get(place)) / echo(place, figure))
                .filter(ratio -> !Double.isNaN(ratio))
                .toArray());
    }

    private double echo(int place, ToDoubleFunction<Round> figure) {
        return IntStream.of(place - 1, place, place + 1)
                .filter(near -> near >= 0 && near < all.size())
                .mapToObj(all::get)
                .filter(round -> round.scenario() == Scenario.ECHO)
                .mapToDouble(figure)
                .average()
                .orElse(Double.NaN);
    }

    private List<Round> rounds(Scenario scenario) {
        return rounds.getOrDefault(scenario, List.of());
    }

    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
