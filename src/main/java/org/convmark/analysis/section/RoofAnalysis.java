package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.model.Case;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/** The limits of the machine: arithmetic, and bandwidth for each size of the working set. */
public final class RoofAnalysis implements Analysis {
    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        Roofs roofs = facts.roofs();
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(roofs)));
        contents.add(
                new Content.Text(
                        "A roof is what a loop reaches that does nothing but arithmetic, or nothing but move "
                                + "memory, measured in this run. Shares of the roof further down refer to these numbers; plain Java "
                                + "(SCALAR) and other engines are held against the roof of VECTOR, the same cores. 0 workers means one per processor."));
        if (!roofs.computes().isEmpty()) {
            contents.add(arithmetic(run, roofs));
        }
        if (!roofs.bandwidths().isEmpty()) {
            contents.add(bandwidth(run, roofs));
        }
        return new Section("Roofs", contents);
    }

    private static String lead(Roofs roofs) {
        if (roofs.computes().isEmpty()) {
            return "No arithmetic roof was measured in this run, so there are no shares of it.";
        }
        return roofs.computes().stream()
                .map(RoofAnalysis::units)
                .distinct()
                .map(units -> units + " reaches at most " + Unit.FLOPS.format(best(roofs, units)))
                .collect(Collectors.joining("; ", "", "."));
    }

    /** A target, with the format that it multiplies if these are no floats. */
    private static String units(Roofs.Compute compute) {
        Case.Roof roof = compute.roof();
        return roof.target()
                + (roof.loop().format().isNone() ? "" : " in " + roof.loop().format());
    }

    private static double best(Roofs roofs, String units) {
        return roofs.computes().stream()
                .filter(c -> units(c).equals(units))
                .mapToDouble(Roofs.Compute::flopsPerSecond)
                .max()
                .orElseThrow();
    }

    private static Table arithmetic(Run run, Roofs roofs) {
        double full = roofs.computes().stream()
                .mapToDouble(Roofs.Compute::flopsPerSecond)
                .max()
                .orElseThrow();
        List<List<Cell>> rows = roofs.computes().stream()
                .map(c -> List.of(
                        Cell.words(run.label(c.jvm())),
                        Cell.words(units(c)),
                        Cell.words(String.valueOf(c.roof().workers())),
                        Cell.bar(c.flopsPerSecond(), Unit.FLOPS, full)))
                .toList();
        return new Table("Arithmetic roofs", List.of("JVM", "Target", "Workers", "Multiply-adds"), rows);
    }

    private static Table bandwidth(Run run, Roofs roofs) {
        double full = roofs.bandwidths().stream()
                .mapToDouble(Roofs.Bandwidth::bytesPerSecond)
                .max()
                .orElseThrow();
        List<List<Cell>> rows = roofs.bandwidths().stream()
                .map(b -> List.of(
                        Cell.number(b.roof().size(), Unit.BYTES),
                        Cell.words(b.roof().loop().name()),
                        Cell.words(run.label(b.jvm())),
                        Cell.words(b.roof().target().name()),
                        Cell.words(String.valueOf(b.roof().workers())),
                        Cell.bar(b.bytesPerSecond(), Unit.BANDWIDTH, full)))
                .toList();
        return new Table(
                "Memory roofs by size of the working set",
                List.of("Working set", "Loop", "JVM", "Target", "Workers", "Bandwidth"),
                rows);
    }
}
