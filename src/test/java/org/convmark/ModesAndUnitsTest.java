package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.convmark.cli.ExitCode;
import org.convmark.results.HistoryIndex;
import org.convmark.results.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.SampleTimeResult;
import org.openjdk.jmh.results.SingleShotResult;
import org.openjdk.jmh.results.ThroughputResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.SampleBuffer;

/**
 * Results of another project in every mode and unit that JMH has, written by JMH's own classes: each row keeps its time, whatever reads it,
 * and a throughput that rises is a time that falls. Every second row becomes slower, the others faster.
 */
class ModesAndUnitsTest {
    private static final List<Mode> MODES =
            Stream.of(Mode.values()).filter(mode -> mode != Mode.All).toList();
    private static final int FORKS = 5;
    private static final double CHANGE = 1.2;
    /** JMH's buffer of sampled times keeps about three digits. */
    private static final double DIGITS = 2e-3;

    @TempDir
    Path folder;

    private final List<Row> rows = new ArrayList<>();

    private record Row(Mode mode, TimeUnit unit, long nanos, boolean slower) {
        String title() {
            return "org.example.Timed." + unit.name().toLowerCase()
                    + (mode == Mode.AverageTime ? "" : " mode=" + mode.shortLabel());
        }

        double after() {
            return slower ? CHANGE : 1 / CHANGE;
        }

        RunResult result(double factor) {
            IterationParams iteration = new IterationParams(IterationType.MEASUREMENT, 1, TimeValue.seconds(1), 1);
            BenchmarkParams params = new BenchmarkParams(
                    "org.example.Timed." + unit.name().toLowerCase(),
                    "",
                    false,
                    1,
                    new int[] {1},
                    List.of(),
                    FORKS,
                    0,
                    iteration,
                    iteration,
                    mode,
                    new WorkloadParams(),
                    unit,
                    1,
                    "/opt/jdk-17/bin/java",
                    List.of(),
                    "17.0.15",
                    "OpenJDK 64-Bit Server VM",
                    "17.0.15+6",
                    "1.37",
                    TimeValue.seconds(1));
            List<BenchmarkResult> forks = new ArrayList<>();
            for (int fork = 0; fork < FORKS; fork++) {
                IterationResult result = new IterationResult(params, iteration, null);
                result.addResult(iteration(Math.round(factor * nanos * (1 + 0.002 * (fork - FORKS / 2)))));
                forks.add(new BenchmarkResult(params, List.of(result)));
            }
            return new RunResult(params, forks);
        }

        private Result<?> iteration(long time) {
            return switch (mode) {
                case Throughput -> new ThroughputResult(ResultRole.PRIMARY, "run", 1, time, unit);
                case AverageTime -> new AverageTimeResult(ResultRole.PRIMARY, "run", 1, time, unit);
                case SingleShotTime -> new SingleShotResult(ResultRole.PRIMARY, "run", time, unit);
                case SampleTime -> {
                    SampleBuffer buffer = new SampleBuffer();
                    buffer.add(time);
                    yield new SampleTimeResult(ResultRole.PRIMARY, "run", buffer, unit);
                }
                case All -> throw new IllegalStateException("no result has this mode");
            };
        }
    }

    @BeforeEach
    void write() throws IOException {
        for (Mode mode : MODES) {
            for (TimeUnit unit : TimeUnit.values()) {
                rows.add(new Row(mode, unit, 1_000_000L * (rows.size() + 1), rows.size() % 2 == 0));
            }
        }
        write("before", rows.stream().map(row -> row.result(1)).toList());
        write("later", rows.stream().map(row -> row.result(row.after())).toList());
    }

    private void write(String name, List<RunResult> results) throws IOException {
        Cases.copy("jmh-file-of-another-project/run", folder.resolve(name));
        try (PrintStream out =
                new PrintStream(folder.resolve(name).resolve("jmh.json").toFile())) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
    }

    private String say(int expected, String... words) {
        Outcome outcome = Outcome.of(words);
        assertEquals(expected, outcome.exitCode(), outcome::toString);
        return outcome.out() + outcome.err();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    /** @param scale of the times that were found, by title */
    private void check(Map<String, Double> found, double scale) {
        assertEquals(rows.size(), found.size(), found::toString);
        for (Row row : rows) {
            double nanos = scale * found.getOrDefault(row.title(), Double.NaN);
            assertEquals(row.nanos(), nanos, DIGITS * row.nanos(), row + " of " + found);
        }
    }

    @Test
    void resultsAndHistoryHoldEachTime() throws IOException {
        Map<String, Double> read = new TreeMap<>();
        Run.read(folder.resolve("before"))
                .measurements()
                .forEach(row -> read.put(row.label().title(), row.seconds()));
        check(read, 1e9);
        Map<String, Double> kept = new TreeMap<>();
        new HistoryIndex(folder)
                .read()
                .entries()
                .get(0)
                .points()
                .forEach(point -> kept.put(point.row(), point.seconds()));
        check(kept, 1e9);
        String history = say(ExitCode.OK, "history", "--all", folder.toString());
        rows.forEach(row -> assertTrue(history.contains(row.title() + " "), history));
    }

    @Test
    void comparisonKnowsWhatIsSlower() throws IOException {
        Path json = folder.resolve("c.json");
        say(1, "compare", "--json", json.toString(), path("before"), path("later"));
        JsonNode compared = new ObjectMapper().readTree(Files.readString(json));
        assertEquals(rows.size(), compared.path("rows").size());
        Map<String, JsonNode> found = new TreeMap<>();
        for (JsonNode row : compared.path("rows")) {
            String mode = row.at("/params/mode").asText();
            found.put(row.path("benchmark").asText() + (mode.isEmpty() ? "" : " mode=" + mode), row);
        }
        for (Row row : rows) {
            JsonNode judged = found.get(row.title());
            assertEquals(
                    row.slower() ? "slower" : "faster", judged.path("verdict").asText(), judged::toString);
            assertEquals(row.after(), judged.path("ratio").asDouble(), DIGITS * CHANGE, judged::toString);
        }
    }

    @Test
    void exportsHoldEachTime() throws IOException {
        Map<String, Double> bmf = new TreeMap<>();
        new ObjectMapper()
                .readTree(say(ExitCode.OK, "export", "--format", "bmf", path("before")))
                .fields()
                .forEachRemaining(row -> bmf.put(
                        row.getKey().replaceFirst("@.*", "").replace(".mode=", " mode="),
                        row.getValue().at("/latency/value").asDouble()));
        check(bmf, 1);
        Map<String, Double> gauges = new TreeMap<>();
        say(ExitCode.OK, "export", "--format", "prometheus", path("before"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> gauges.put(
                        line.replaceFirst(".*benchmark=\"([^\"]*)\".*", "$1")
                                + (line.contains("mode=")
                                        ? line.replaceFirst(".*mode=\"([^\"]*)\".*", " mode=$1")
                                        : ""),
                        Double.parseDouble(line.substring(line.lastIndexOf(' ')))));
        check(gauges, 1e9);
        say(ExitCode.OK, "report", path("before"));
        check(times(Files.readString(folder.resolve("before/report.csv"))), 1e9);
    }

    /** Of a table of rows. */
    private static Map<String, Double> times(String csv) {
        List<String[]> lines = csv.lines().map(line -> line.split(",", -1)).toList();
        List<String> head = List.of(lines.get(0));
        Map<String, Double> times = new TreeMap<>();
        for (String[] cells : lines.subList(1, lines.size())) {
            String mode = cells[head.indexOf("mode")];
            times.put(
                    cells[0] + (mode.isEmpty() ? "" : " mode=" + mode),
                    Double.parseDouble(cells[head.indexOf("Time")]));
        }
        return times;
    }
}
