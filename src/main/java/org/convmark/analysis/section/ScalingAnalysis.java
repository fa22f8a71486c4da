package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Footprint;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Series;
import org.convmark.analysis.statistics.Interval;
import org.convmark.model.Cost;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** How time, flops and bytes grow with depth and with width: fitted powers, and where the growth bends. */
public final class ScalingAnalysis implements Analysis {
    /** A curve bends where its power changes by at least this much from one step of an extent to the next. */
    private static final double BEND = 0.25;

    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, TARGET, FUSION, JVM);

    private static final String CURVES = """
            {"facet": {"field": "Panel", "type": "nominal", "title": null, "sort": null}, "columns": 2,
             "resolve": {"scale": {"x": "independent"}},
             "spec": {"height": 240, "mark": {"type": "line", "tooltip": {"content": "data"}},
               "encoding": {
                 "x": {"field": "Extent", "type": "quantitative", "scale": {"type": "log", "nice": false}, "title": "depth or width"},
                 "y": {"field": "Time", "type": "quantitative", "scale": {"type": "log"},
                       "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "Time"},
                 "detail": {"field": "Rest"},
                 "color": {"field": "Workload", "type": "nominal", "title": null}}}}
            """;

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Series> all = Series.of(facts.architectures());
        if (all.isEmpty()) {
            return new Section(
                    "Scaling",
                    List.of(new Content.Lead("Nothing scales in this run: no workload was measured at two "
                            + "depths or two widths with all else equal.")));
        }
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(all)));
        contents.add(new Content.Text(
                "A power of 1 means twice the time for twice the extent; flops of dense convolutions grow with the "
                        + "square of the width. Powers are fitted by least squares to logarithms; their intervals of 95 % say how far "
                        + "they would move if forks and iterations were drawn again. A curve bends where the power changes by more than "
                        + BEND
                        + " from one step to the next. A working set is inputs, result, weights and what a pass keeps between its kernels: "
                        + "it leaves a cache at the first extent where it no longer fits."));
        for (Family family : Family.values()) {
            List<Series> here = all.stream()
                    .filter(s -> Family.of(s.first().work().workload()) == family)
                    .toList();
            if (!here.isEmpty()) {
                Chart chart = new Chart(points(run, family, here), CURVES);
                contents.add(
                        family == Family.PATTERN ? chart : new Content.Fold("Curves of " + family.word() + "s", chart));
            }
        }
        contents.add(new Content.Fold("Every power", powers(facts, all)));
        return new Section("Scaling", contents);
    }

    /** The exponent of the power law by which values grow with an extent. */
    static double power(double[] extents, double[] logs) {
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < logs.length; i++) {
            line.addData(Math.log(extents[i]), logs[i]);
        }
        return line.getSlope();
    }

    private static double power(Series series, ToDoubleFunction<Cost> of) {
        return power(
                series.extents(),
                series.costs().stream()
                        .mapToDouble(cost -> Math.log(of.applyAsDouble(cost)))
                        .toArray());
    }

    private static double timePower(Series series) {
        return power(series.extents(), logs(series));
    }

    private static double[] logs(Series series) {
        return series.rows().stream()
                .mapToDouble(row -> Math.log(row.seconds()))
                .toArray();
    }

    private static String lead(List<Series> all) {
        return Series.OVER.stream()
                .flatMap(extent -> all.stream()
                        .filter(series -> series.extent() == extent)
                        .map(series -> series.first().work().target())
                        .distinct()
                        .map(target -> sentence(extent, target, all)))
                .collect(Collectors.joining("; ", "", "."));
    }

    private static String sentence(Parameter extent, Target target, List<Series> all) {
        List<Series> here = all.stream()
                .filter(series ->
                        series.extent() == extent && series.first().work().target() == target)
                .toList();
        double time =
                here.stream().mapToDouble(ScalingAnalysis::timePower).average().orElseThrow();
        double flops =
                here.stream().mapToDouble(s -> power(s, Cost::flops)).average().orElseThrow();
        Series steepest = here.stream()
                .max(Comparator.comparingDouble(ScalingAnalysis::timePower))
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "with %s, time on %s grows by the power %.2f where flops grow by %.2f (steepest: %s, %.2f)",
                extent.key(),
                target,
                time,
                flops,
                steepest.first().work().workload().name(),
                timePower(steepest));
    }

    private static Table points(Run run, Family family, List<Series> all) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Series series : all) {
            for (Measurement row : series.rows()) {
                rows.add(List.of(
                        Cell.words("over " + series.extent().key() + ", "
                                + row.work().target() + " " + row.work().fusion()),
                        Cell.words(row.work().workload().name()),
                        Cell.words(series.rest() + ", JVM " + run.label(row.jvm())),
                        Cell.number(row.work().extents().get(series.extent()), Unit.COUNT),
                        Cell.number(row.seconds(), Unit.SECONDS)));
            }
        }
        return new Table(
                "Time of " + family.word() + "s over depth and over width",
                List.of("Panel", "Workload", "Rest", "Extent", "Time"),
                rows);
    }

    private static Table powers(RunFacts facts, List<Series> all) {
        List<List<Cell>> rows = all.stream().map(series -> cells(facts, series)).toList();
        return new Table(
                "Powers with which time, flops and bytes grow",
                IdentityColumn.head(IDENTITY, "Over", "At", "Time", "Low", "High", "Flops", "Bytes", "Bends", "Leaves"),
                rows);
    }

    private static List<Cell> cells(RunFacts facts, Series series) {
        Run run = facts.run();
        Measurement first = series.first();
        double[] extents = series.extents();
        Optional<Interval> interval = facts.resampling().of(series.rows(), logs -> power(extents, logs));
        return IdentityColumn.cells(
                IDENTITY,
                run,
                first,
                Cell.words(series.extent().key()),
                Cell.words(series.rest()),
                Cell.number(timePower(series), Unit.COUNT),
                Resampling.cell(interval.map(Interval::low), Unit.COUNT),
                Resampling.cell(interval.map(Interval::high), Unit.COUNT),
                Cell.number(power(series, Cost::flops), Unit.COUNT),
                Cell.number(power(series, Cost::bytes), Unit.COUNT),
                bend(series),
                leaves(facts.footprint(), series));
    }

    private static Cell bend(Series series) {
        double[] extents = series.extents();
        double[] logs = logs(series);
        if (logs.length < 3) {
            return Cell.missing("two points make no bend");
        }
        double most = 0;
        int at = 0;
        for (int i = 1; i + 1 < logs.length; i++) {
            double before = (logs[i] - logs[i - 1]) / Math.log(extents[i] / extents[i - 1]);
            double after = (logs[i + 1] - logs[i]) / Math.log(extents[i + 1] / extents[i]);
            if (Math.abs(after - before) > Math.abs(most)) {
                most = after - before;
                at = i;
            }
        }
        return Cell.words(
                Math.abs(most) < BEND ? "no" : String.format(Locale.ROOT, "at %.0f by %+.2f", extents[at], most));
    }

    /** The caches that what a pass touches outgrows between two neighbours, with the extent of the larger. */
    private static Cell leaves(Footprint footprint, Series series) {
        List<String> left = new ArrayList<>();
        for (int i = 1; i < series.rows().size(); i++) {
            Measurement row = series.rows().get(i);
            Optional<Long> held = footprint.touched(series.rows().get(i - 1));
            Optional<Long> touched = footprint.touched(row);
            if (held.isEmpty() || touched.isEmpty()) {
                return Cell.missing("what a pass of this target touches is not known");
            }
            footprint
                    .left(held.get(), touched.get())
                    .forEach(level ->
                            left.add(level + " at " + row.work().extents().get(series.extent())));
        }
        return Cell.words(left.isEmpty() ? "none" : String.join(", ", left));
    }
}
