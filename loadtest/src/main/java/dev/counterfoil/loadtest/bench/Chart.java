package dev.counterfoil.loadtest.bench;

import java.util.Locale;

/** Requests a second by scenario, as bars in an SVG that reads on light and dark pages. */
final class Chart {
    private static final int WIDTH = 820;
    private static final int LABELS = 270;
    private static final int BARS = 400;
    private static final int ROW = 34;
    private static final int TOP = 48;

    private final Figures figures;
    private final Versions versions;

    Chart(Figures figures, Versions versions) {
        this.figures = figures;
        this.versions = versions;
    }

    String svg() {
        double most = 1;
        int rows = 0;
        for (Scenario scenario : figures.scenarios()) {
            most = Math.max(most, perSecond(scenario));
            rows++;
        }
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img" \
                aria-label="Requests a second by scenario" font-family="system-ui, sans-serif" font-size="13" fill="#7d8590">
                <text x="16" y="22" font-size="14" font-weight="600">Requests a second, all on %3$d cores: \
                load generator, gateway, Redis, PostgreSQL</text>
                """, WIDTH, TOP + rows * ROW + 12, versions.processors()));
        int y = TOP;
        for (Scenario scenario : figures.scenarios()) {
            double perSecond = perSecond(scenario);
            int width = (int) Math.max(1, Math.round(BARS * perSecond / most));
            svg.append(String.format(
                    Locale.ROOT,
                    """
                    <text x="16" y="%d">%s</text>
                    <rect x="%d" y="%d" width="%d" height="20" rx="3" fill="%s"/>
                    <text x="%d" y="%d">%,.0f%s</text>
                    """,
                    y + 15,
                    scenario.label(),
                    LABELS,
                    y,
                    width,
                    scenario == Scenario.ECHO ? "#8b949e" : "#2f81f7",
                    LABELS + width + 8,
                    y + 15,
                    perSecond,
                    ratio(scenario)));
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }

    private String ratio(Scenario scenario) {
        double ratio = figures.ratio(scenario, round -> round.load().perSecond());
        return scenario == Scenario.ECHO || Double.isNaN(ratio)
                ? ""
                : String.format(Locale.ROOT, " (%.2f of the echo)", ratio);
    }

    private double perSecond(Scenario scenario) {
        return figures.median(scenario, round -> round.load().perSecond());
    }
}
