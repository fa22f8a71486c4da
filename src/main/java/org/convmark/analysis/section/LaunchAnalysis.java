package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.jvm.TimedKernels;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Where the time of a pass on a device goes: to its kernels, between them, or to the host. */
public final class LaunchAnalysis implements Analysis {
    private static final String TITLE = "Launches by the clock of the device";

    private static final List<IdentityColumn> IDENTITY = List.of(
            IdentityColumn.WORKLOAD,
            IdentityColumn.FUSION,
            IdentityColumn.DEPTH,
            IdentityColumn.WIDTH,
            IdentityColumn.IMAGE,
            IdentityColumn.BATCH,
            IdentityColumn.AXIS,
            IdentityColumn.WORKERS,
            IdentityColumn.JVM);

    /** Times that hardly differ. */
    private static final double EVEN = 1.05;

    private static final Cell NOT_RECORDED =
            Cell.missing("its device records no times of launches, or an older version measured it");

    @Override
    public Section of(RunFacts facts) {
        List<Measurement> onDevice = facts.run().measurements().stream()
                .filter(row -> row.isWork() && row.work().target().kind() == Target.Kind.DEVICE)
                .toList();
        List<Measurement> recorded = onDevice.stream()
                .filter(row -> row.metric(Metric.SPAN).isPresent())
                .toList();
        List<Content> contents = new ArrayList<>();
        if (recorded.isEmpty()) {
            contents.add(
                    new Content.Lead(
                            onDevice.isEmpty()
                                    ? "No row of this run was measured on a device of its own."
                                    : "There are no times of a device's clock: its queues record none, or an older version measured this run."));
        } else {
            addPasses(facts.run(), recorded, onDevice, contents);
        }
        facts.run().timedKernels().ifPresent(timed -> addKernels(timed, contents));
        return new Section(TITLE, contents);
    }

    private static void addPasses(
            Run run, List<Measurement> recorded, List<Measurement> onDevice, List<Content> contents) {
        contents.add(new Content.Lead(lead(recorded)));
        contents.add(
                new Content.Text(
                        "Before the iterations, some passes run in a queue that records when the device starts and ends each kernel; "
                                + "the pass with the median span is the one below. Kernels are the sum of their times, the span is the time from the start of the first to the end "
                                + "of the last. Between launches, the device waits for the next kernel or for the last groups of the one before; the host takes what a pass, "
                                + "as it was timed without records, needs beyond the span. A pass whose kernels take longer than in another run, with as much "
                                + "between them, was slowed by its clock or its memory. Where the host takes less than nothing, the records cost more than it."));
        contents.add(new Table(
                "Passes by the clock of the device",
                IdentityColumn.head(
                        IDENTITY, "Time", "Launches", "Kernels", "Span", "Between launches", "Host", "Kernels / time"),
                onDevice.stream().map(row -> cells(run, row)).toList()));
    }

    /** What was chosen by the clock, and what the model of launches would have chosen. */
    private static void addKernels(TimedKernels timed, List<Content> contents) {
        long right =
                timed.layers().stream().filter(layer -> loss(layer) <= EVEN).count();
        double mean = Speedups.geometricMean(
                        timed.layers().stream().map(LaunchAnalysis::loss).toList())
                .orElse(1.0);
        contents.add(new Content.Text("Before a row is measured on " + timed.device()
                + ", up to five kernels for each of its layers are timed in turn, the fastest pass of seven each, and the fastest kernel "
                + "runs in all rows with this layer. A model of launches proposes the five; for " + right + " of "
                + timed.layers().size() + " the one that it thinks fastest is, by the clock, within "
                + Unit.SHARE.format(EVEN - 1) + " of the fastest, and in the geometric mean of all it takes "
                + Unit.FACTOR.format(mean) + " the time of the fastest."));
        contents.add(new Table(
                "Kernels chosen by the clock of the device",
                List.of("Layer", "Kernel", "Time", "By the model", "Time", "By the model / fastest", "Timed", "Rows"),
                timed.layers().stream().map(LaunchAnalysis::cells).toList()));
    }

    private static double loss(TimedKernels.Layer layer) {
        return layer.predictedMicros() / layer.micros();
    }

    private static List<Cell> cells(TimedKernels.Layer layer) {
        return List.of(
                Cell.words(layer.layer()),
                Cell.words(layer.fastest()),
                Cell.number(layer.micros() / 1e6, Unit.SECONDS),
                Cell.words(layer.predicted()),
                Cell.number(layer.predictedMicros() / 1e6, Unit.SECONDS),
                Cell.number(loss(layer), Unit.FACTOR),
                Cell.number(layer.timed(), Unit.COUNT),
                Cell.number(layer.rows().size(), Unit.COUNT));
    }

    private static String lead(List<Measurement> rows) {
        Measurement least = rows.stream()
                .min(Comparator.comparingDouble(LaunchAnalysis::share))
                .orElseThrow();
        return "Kernels take " + Unit.SHARE.format(share(least))
                + " or more of the time of a pass on the device; least in "
                + least.label().title() + ", with "
                + Unit.COUNT.format(least.value(Metric.LAUNCHES).orElseThrow()) + " launches.";
    }

    private static double share(Measurement row) {
        return row.value(Metric.EVENTS).orElseThrow() / row.seconds();
    }

    private static List<Cell> cells(Run run, Measurement row) {
        Optional<Double> kernels = row.value(Metric.EVENTS);
        Optional<Double> span = row.value(Metric.SPAN);
        return IdentityColumn.cells(
                IDENTITY,
                run,
                row,
                Cell.number(row.seconds(), Unit.SECONDS),
                cell(row.value(Metric.LAUNCHES), Unit.COUNT),
                cell(kernels, Unit.SECONDS),
                cell(span, Unit.SECONDS),
                cell(span.flatMap(all -> kernels.map(own -> all - own)), Unit.SECONDS),
                cell(span.map(all -> row.seconds() - all), Unit.SECONDS),
                cell(kernels.map(own -> own / row.seconds()), Unit.SHARE));
    }

    private static Cell cell(Optional<Double> value, Unit unit) {
        return value.map(number -> Cell.number(number, unit)).orElse(NOT_RECORDED);
    }
}
