package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Failure;
import org.convmark.results.Run;
import org.convmark.results.Skipped;
import org.convmark.results.Subject;

/** What is not in this run, and why. */
public final class FailureAnalysis implements Analysis {
    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(run)));
        if (!run.failures().isEmpty()) {
            contents.add(new Table(
                    "Rows that failed",
                    List.of("Benchmark", "Parameters", "JVM", "Error"),
                    run.failures().stream().map(FailureAnalysis::cells).toList()));
        }
        if (!run.plan().skipped().isEmpty()) {
            contents.add(new Table(
                    "Rows that were skipped",
                    List.of("Target", "JVM", "Rows", "Reason"),
                    run.plan().skipped().stream().map(FailureAnalysis::cells).toList()));
        }
        if (run.outstanding() > 0) {
            contents.add(new Content.Text(
                    "The run has not come to its end: ./run.sh run --resume " + run.folder() + " measures the rest."));
        }
        return new Section("Failed and skipped", contents);
    }

    private static String lead(Run run) {
        if (run.plan().rows().isEmpty() && run.failures().isEmpty()) {
            return "What was planned is not known: there is no plan.json beside the results.";
        }
        List<String> parts = new ArrayList<>();
        int skipped = run.plan().skipped().stream().mapToInt(Skipped::rows).sum();
        if (!run.failures().isEmpty()) {
            parts.add(run.failures().size() + " failed");
        }
        if (skipped > 0) {
            parts.add(skipped + " skipped");
        }
        if (run.outstanding() > 0) {
            parts.add(run.outstanding() + " not measured yet");
        }
        return parts.isEmpty()
                ? "Every planned row was measured."
                : "Rows without a result: " + String.join(", ", parts) + ".";
    }

    private static List<Cell> cells(Failure failure) {
        Subject subject = failure.row().subject();
        String params = subject.params().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
        return List.of(
                Cell.words(subject.label().benchmark()),
                Cell.words(params),
                Cell.words(failure.row().jvm()),
                new Cell.Warning(failure.error()));
    }

    private static List<Cell> cells(Skipped skipped) {
        return List.of(
                Cell.words(skipped.target()),
                Cell.words(skipped.jvm()),
                Cell.number(skipped.rows(), Unit.COUNT),
                Cell.words(skipped.reason()));
    }
}
