package org.convmark.analysis.compare;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.convmark.analysis.statistics.LogRatio;
import org.convmark.report.Content;
import org.convmark.report.Document;
import org.convmark.report.Section;
import org.convmark.report.Unit;

/** What a machine can resolve, from a comparison of a revision with itself, in which every change is a false alarm. */
public final class Resolution {
    /** Standard errors to add to the half width of an interval so that a change is found 95 times in 100. */
    private static final double SURE = NormalDistribution.of(0, 1).inverseCumulativeProbability(0.95);

    private Resolution() {}

    /** The document of an A/A comparison. */
    public static Document of(Comparison comparison) {
        return new Document(
                "What this machine can tell apart",
                comparison.base().name() + " and " + comparison.candidate().name()
                        + ", the same measured twice in turn",
                List.of(new Section("Resolution", contents(comparison)), ComparisonDocument.rows(comparison)));
    }

    private static List<Content> contents(Comparison comparison) {
        long alarms = comparison.of(Verdict.SLOWER).size()
                + comparison.of(Verdict.FASTER).size();
        int rows = comparison.rows().size();
        int forks = comparison.rows().stream()
                .mapToInt(row -> row.evidence().forks())
                .min()
                .orElse(0);
        String lead = alarms + " of " + rows + " rows were called faster or slower although none is (false-alarm rate "
                + Unit.SHARE.format((double) alarms / rows) + "). ";
        return List.of(
                new Content.Lead(lead + smallest(comparison, forks)),
                new Content.Text(
                        "A change is found with " + forks
                                + " forks a side if it is the least effect that counts or more, and far enough above the noise "
                                + "between forks that its 95 % interval leaves out no change 95 times in 100. Among many rows a lone change must be larger."));
    }

    private static String smallest(Comparison comparison, int forks) {
        double[] effects = comparison.rows().stream()
                .map(row -> row.evidence().shift())
                .filter(shift -> shift.freedom() > 0)
                .mapToDouble(Resolution::smallest)
                .toArray();
        if (effects.length == 0 || forks < TestResult.FEWEST_FORKS) {
            return "With " + forks + (forks == 1 ? " fork" : " forks") + " a side no change can be found: give --forks "
                    + (TestResult.FEWEST_FORKS + 1) + ".";
        }
        double[] quantiles = Quantile.withDefaults().evaluate(effects, 0.5, 0.9);
        return "With " + forks + " forks a side the smallest change that can be found is "
                + Unit.SHARE.format(quantiles[0])
                + " for half of the rows, " + Unit.SHARE.format(quantiles[1]) + " for nine in ten and "
                + Unit.SHARE.format(Arrays.stream(effects).max().orElseThrow()) + " for the worst.";
    }

    private static double smallest(LogRatio shift) {
        return Math.expm1(shift.halfWidth() + SURE * shift.error());
    }
}
