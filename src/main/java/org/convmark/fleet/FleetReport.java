package org.convmark.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.convmark.analysis.AcrossMachines;
import org.convmark.fleet.Outcome.State;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/** The tasks of a fleet and the speed-ups of its machines as one document. */
public record FleetReport(FleetFolder folder, Fleet fleet, List<Outcome> outcomes) {
    private static final Cell NOTHING = Cell.missing("the task has left no results");

    /**
     * Writes report.html and report.md into the fleet's folder, replacing existing ones.
     *
     * @return the path of report.html
     */
    public Path write() throws IOException {
        List<Run> runs =
                outcomes.stream().map(Outcome::run).filter(Objects::nonNull).toList();
        Document document = new Document(
                "What acceleration gives on each machine of a fleet",
                "Convmark fleet " + folder.path().getFileName() + ", submitted " + fleet.submittedAt() + ", commit "
                        + (fleet.commit() == null ? "unknown" : fleet.commit())
                        + (Boolean.TRUE.equals(fleet.dirty()) ? " with changes" : "") + ". " + summary(),
                List.of(tasks(), AcrossMachines.of(runs)));
        Path html = folder.path().resolve("report.html");
        new HtmlWriter().write(document, html);
        new MarkdownWriter().write(document, folder.path().resolve("report.md"));
        return html;
    }

    /** How far the tasks have come, in one sentence. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        for (State state : State.values()) {
            long count = outcomes.stream().filter(o -> o.state() == state).count();
            if (count > 0) {
                parts.add(count + " " + state.name().toLowerCase(Locale.ROOT));
            }
        }
        return "Of " + outcomes.size() + (outcomes.size() == 1 ? " task: " : " tasks: ") + String.join(", ", parts)
                + ".";
    }

    /** Whether every task is done. */
    public boolean complete() {
        return outcomes.stream().allMatch(outcome -> outcome.state() == State.DONE);
    }

    /** A line for each task that is not done, and the end of its log. */
    public List<String> troubles() {
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome.state() != State.DONE) {
                lines.add(outcome.state() + " " + outcome.task().name() + " (matrix line "
                        + outcome.task().line() + "): " + outcome.reason());
                outcome.logTail().forEach(line -> lines.add("    " + line));
            }
        }
        return lines;
    }

    private Section tasks() {
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(summary()));
        contents.add(new Table(
                "Tasks",
                List.of("Task", "Line", "Node", "JVM", "Group", "State", "Machine", "JVM version", "Rows", "Results"),
                outcomes.stream().map(this::cells).toList()));
        outcomes.stream()
                .filter(outcome -> !outcome.logTail().isEmpty())
                .map(this::tail)
                .forEach(contents::add);
        return new Section("Tasks", contents);
    }

    private List<Cell> cells(Outcome outcome) {
        Task task = outcome.task();
        Run run = outcome.run();
        return List.of(
                Cell.words(task.name()),
                Cell.number(task.line(), Unit.COUNT),
                Cell.words(task.node().toString()),
                Cell.words(task.jvm() == null ? "the node's" : task.jvm()),
                Cell.words(task.group() == null ? "all" : task.group()),
                state(outcome),
                run == null ? NOTHING : Cell.words(run.machine().before().id()),
                run == null
                        ? NOTHING
                        : Cell.words(run.jvms().stream().map(run::label).collect(Collectors.joining(", "))),
                run == null ? NOTHING : Cell.number(run.measurements().size(), Unit.COUNT),
                run == null
                        ? NOTHING
                        : Cell.words(folder.path().relativize(run.folder()).toString()));
    }

    private static Cell state(Outcome outcome) {
        return outcome.state() == State.DONE
                ? Cell.words("done")
                : new Cell.Warning(outcome.state().name().toLowerCase(Locale.ROOT) + ": " + outcome.reason());
    }

    private Content tail(Outcome outcome) {
        List<List<Cell>> lines = outcome.logTail().stream()
                .map(line -> List.of(Cell.words(line)))
                .toList();
        return new Content.Fold(
                "Last lines of the log of " + outcome.task().name(),
                new Table(folder.log(outcome.task()).getFileName().toString(), List.of("Line"), lines));
    }
}
