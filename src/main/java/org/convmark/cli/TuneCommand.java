package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.convmark.io.InputError;
import org.convmark.machine.Capture;
import org.convmark.model.Caches;
import org.convmark.model.Fusion;
import org.convmark.model.Target;
import org.convmark.report.Document;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.TextWriter;
import org.convmark.run.MachineLock;
import org.convmark.run.Plan;
import org.convmark.tune.TuneReport;
import org.convmark.tune.Tuned;
import org.convmark.tune.Tuner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Searches faster schedules of fused blocks than the planner chooses. */
@Command(
        name = "tune",
        description = {
            "Searches the fastest schedule of each row with fused blocks on VECTOR, in turn with the planner's choice, and shows",
            "how far that is from the best. What is found goes to a new folder: tune.md, and tuned.json for run --tuned."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TuneCommand implements Callable<Integer> {
    private static final List<String> WITH_RESUME = List.of("--resume");

    /** Options of a run that a search has no use for. */
    private static final List<String> UNUSED = List.of(
            "--peers", "--counters", "--dump-programs", "--no-tune", "--forks", "--verbose", "--schedule", "--tuned");

    private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})([smh])");

    @Mixin
    private PlanOptions options;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "Time for all rows, such as 90s, 10m or 2h (default: ${DEFAULT-VALUE}).")
    private String budget = "10m";

    @Option(names = "--resume", paramLabel = "DIR", description = "Finish the search in this folder.")
    private Path resume;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return resume == null ? begin() : goOn();
    }

    private int begin() throws IOException {
        List<String> unused = PlanOptions.given(spec, UNUSED::contains);
        if (!unused.isEmpty()) {
            throw new InputError("tune runs schedules of its own choice in one JVM for each row: leave out "
                    + String.join(", ", unused) + ".");
        }
        Duration time = time(budget);
        PlanOptions.PreparedRun planned = options.planned();
        Plan plan = planned.plan().where(Tuner::isTunable);
        if (plan.rows().isEmpty()) {
            throw new InputError("none of these rows has a schedule to search: choose rows on " + Target.VECTOR
                    + " with fusion=" + Fusion.BLOCK + ", such as --include block.");
        }
        Tuner.require(time, plan.rows().size());
        Path folder = options.out().resolve(planned.name() + "-tune");
        Files.createDirectories(folder);
        planned.capture().write(folder.resolve("machine.json"));
        Tuned tuned = Tuned.begin(planned.capture().before().id(), time.toMillis(), plan);
        tuned.write(folder);
        return search(folder, tuned, planned.capture());
    }

    private int goOn() throws IOException {
        PlanOptions.requireOnly(spec, WITH_RESUME);
        Tuned tuned = Tuned.read(resume);
        return search(resume, tuned, PlanOptions.requireSameHost(tuned.plan(), resume.resolve("machine.json")));
    }

    private int search(Path folder, Tuned begun, Capture capture) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Searching " + begun.missing().size() + " of "
                + begun.plan().rows().size() + " rows; to go on after an " + "interruption, tune --resume " + folder);
        RunConsole.warn(begun.missing(), out);
        try (MachineLock lock = RunConsole.lock(out)) {
            Caches caches = Caches.of(capture.before().cacheSizes());
            Tuned tuned = new Tuner(folder, caches, out).search(begun);
            Document document = TuneReport.of(tuned);
            new MarkdownWriter().write(document, folder.resolve("tune.md"));
            out.print(new TextWriter().text(document));
            out.println("For run --tuned: " + folder.resolve(Tuned.NAME));
            return tuned.failed().isEmpty() ? ExitCode.OK : ExitCode.BENCHMARK_FAILED;
        }
    }

    private static Duration time(String text) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw new InputError("--budget takes a time such as 90s, 10m or 2h, not '" + text + "'.");
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
