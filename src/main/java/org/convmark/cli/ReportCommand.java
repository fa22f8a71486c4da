package org.convmark.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.analysis.Report;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the report of a run. */
@Command(name = "report", description = "Writes report.html and report.md of a run.", mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
    private static final Path RESULTS = Path.of("benchmarks-results");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKmMgG]?)");
    private static final Map<String, Integer> SHIFTS = Map.of("", 0, "K", 10, "M", 20, "G", 30);

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of the run (default: the latest in benchmarks-results).")
    private Path folder;

    @Option(
            names = "--cache",
            paramLabel = "NAME=SIZE",
            description =
                    "Simulate modelled traffic with another size of a cache (l1d, l2 or l3), such as l3=8M; the report "
                            + "is then report.what-if.html.")
    private Map<String, String> caches = Map.of();

    @Option(
            names = "--data",
            description = "Also write the folder data: every table and chart as CSV, every analysis as JSON.")
    private boolean data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path run = folder == null ? last() : folder;
        Map<String, Long> sizes = new TreeMap<>();
        caches.forEach((name, size) -> sizes.put(cache(name), bytes(name, size)));
        spec.commandLine()
                .getOut()
                .println(
                        "Report: " + write(() -> sizes.isEmpty() ? Report.write(run) : Report.writeWhatIf(run, sizes)));
        if (data) {
            spec.commandLine().getOut().println("Data:   " + write(() -> Report.writeData(run, sizes)));
        }
        return ExitCode.OK;
    }

    private static String cache(String name) {
        String known = new Choices("cache", List.of("l1d", "l2", "l3")).require(name.toLowerCase(Locale.ROOT));
        return "L" + known.substring(1);
    }

    private static long bytes(String name, String size) {
        Matcher matcher = SIZE.matcher(size);
        long bytes = matcher.matches()
                ? Long.parseLong(matcher.group(1))
                        << SHIFTS.get(matcher.group(2).toUpperCase(Locale.ROOT))
                : 0;
        if (bytes < 1 << 12 || bytes > 1L << 34) {
            throw new InputError(
                    "--cache " + name + "=" + size + " is not a size of a cache: give one from 4K to 16G, such as 8M.");
        }
        return bytes;
    }

    /**
     * Writes the report of a run.
     *
     * @throws InputError if the run is incomplete or damaged
     */
    static Path write(Path folder) throws IOException {
        return write(() -> Report.write(folder));
    }

    /** Writes a report. */
    @FunctionalInterface
    private interface Writing {
        Path run() throws IOException;
    }

    private static Path write(Writing writing) throws IOException {
        try {
            return writing.run();
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    /** The latest run: folders are named by time. */
    private static Path last() throws IOException {
        if (Files.isDirectory(RESULTS)) {
            try (Stream<Path> runs = Files.list(RESULTS)) {
                return runs.filter(run -> Files.exists(run.resolve("jmh.json")))
                        .max(Comparator.naturalOrder())
                        .orElseThrow(
                                () -> new InputError(RESULTS + " holds no run yet: start one with the command run."));
            }
        }
        throw new InputError("there is no folder " + RESULTS + " here: give the folder of a run.");
    }
}
