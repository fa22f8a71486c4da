package org.convmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.convmark.analysis.Report;
import org.convmark.run.InputError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the report of a run. */
@Command(name = "report", description = "Writes report.html and report.md of a run.", mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    private static final Path RESULTS = Path.of("benchmarks-results");

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of the run; without it the last one in benchmarks-results.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        spec.commandLine().getOut().println("Report: " + write(folder == null ? last() : folder));
        return Main.OK;
    }

    /**
     * Writes it.
     *
     * @throws InputError if what the folder holds is absent or damaged
     */
    static Path write(Path folder) throws IOException {
        try {
            return Report.write(folder);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    /** Folders are named by time. */
    private static Path last() throws IOException {
        if (Files.isDirectory(RESULTS)) {
            try (Stream<Path> runs = Files.list(RESULTS)) {
                return runs.filter(run -> Files.exists(run.resolve("jmh.json")))
                        .max(Comparator.naturalOrder())
                        .orElseThrow(() -> new InputError(RESULTS + " holds no run yet: begin with run."));
            }
        }
        throw new InputError("there is no folder " + RESULTS + " here: give the folder of a run.");
    }
}
