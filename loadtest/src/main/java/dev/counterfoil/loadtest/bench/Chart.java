package dev.counterfoil.loadtest.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Requests a second by scenario, as bars in an SVG that reads on light and dark pages. */
final class Chart {
    private static final int WIDTH = 820;
    private static final int LABELS = 270;
    private static final int BARS = 400;
    private static final int ROW = 34;
    private static final int TOP = 48;
    private static final String NEUTRAL = "#8b949e";
    private static final String OWN = "#2f81f7";

    private record Bar(String label, double perSecond, String colour, String said) {}

    private final Versions versions;
    private final List<Bar> bars = new ArrayList<>();

    Chart(Figures figures, Versions versions, Optional<LedgerAlone> ledger) {
        this.versions = versions;
        ledger.ifPresent(alone -> bars.add(new Bar("the ledger alone, without HTTP", alone.perSecond(), NEUTRAL, "")));
        for (Scenario scenario : figures.scenarios()) {
            boolean echo = scenario == Scenario.ECHO;
            bars.add(new Bar(
                    scenario.label(),
                    figures.median(scenario, round -> round.load().perSecond()),
                    echo ? NEUTRAL : OWN,
                    echo
                            ? ""
                            : said(figures.ratio(scenario, round -> round.load().perSecond()))));
        }
    }

    private static String said(double ratio) {
        return Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, " (%.2f of the echo)", ratio);
    }

    String svg() {
        double most = bars.stream().mapToDouble(Bar::perSecond).max().orElse(1);
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img" \
                aria-label="Requests a second by scenario" font-family="system-ui, sans-serif" font-size="13" fill="#7d8590">
                <text x="16" y="22" font-size="14" font-weight="600">Requests a second, all on %3$d cores: \
                load generator, gateway, Redis, PostgreSQL</text>
                """, WIDTH, TOP + bars.size() * ROW + 12, versions.processors()));
        int y = TOP;
        for (Bar bar : bars) {
            int width = (int) Math.max(1, Math.round(BARS * bar.perSecond() / most));
            svg.append(String.format(
                    Locale.ROOT,
                    """
                    <text x="16" y="%d">%s</text>
                    <rect x="%d" y="%d" width="%d" height="20" rx="3" fill="%s"/>
                    <text x="%d" y="%d">%,.0f%s</text>
                    """,
                    y + 15,
                    bar.label(),
                    LABELS,
                    y,
                    width,
                    bar.colour(),
                    LABELS + width + 8,
                    y + 15,
                    bar.perSecond(),
                    bar.said()));
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }
}
