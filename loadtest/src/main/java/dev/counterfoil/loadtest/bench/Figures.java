package dev.counterfoil.loadtest.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the rounds came to: of each scenario the median of each figure, and of its ratios to the echo of the same round. */
final class Figures {
    private final Map<Scenario, List<Round>> rounds = new EnumMap<>(Scenario.class);

    Figures(List<Round> all) {
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

    /** NaN where the echo was not measured. */
    double ratio(Scenario scenario, ToDoubleFunction<Round> figure) {
        List<Round> echoes = rounds.getOrDefault(Scenario.ECHO, List.of());
        return median(rounds(scenario).stream()
                .flatMap(round -> echoes.stream()
                        .filter(echo -> echo.number() == round.number())
                        .map(echo -> figure.applyAsDouble(round) / figure.applyAsDouble(echo)))
                .mapToDouble(Double::doubleValue)
                .toArray());
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
