package org.convmark.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.convmark.analysis.statistics.Interval;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.fusion.ScheduleSpace.Candidate;
import org.convmark.io.InputError;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.model.Case;
import org.convmark.model.Parameter;
import org.convmark.report.TextWriter;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.convmark.results.StoredPlan.PlannedJvm;
import org.convmark.run.MeasurementSettings;
import org.convmark.run.Plan;
import org.convmark.tune.Finding.Trial;
import org.convmark.tune.Tuned.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TuneTest {
    private static final int SCHEDULES = 30;
    private static final JvmSetup JVM = new JvmSetup("17", "", "/java");

    private static List<Candidate> candidates() {
        return IntStream.range(0, SCHEDULES)
                .mapToObj(step -> new Candidate(new ScheduleOverride(step, 0), step))
                .toList();
    }

    /** A machine on which a lap of each schedule takes a second, and ratios are off by a tenth. */
    private static Optional<Finding> search(long seed, Duration budget, ToDoubleFunction<ScheduleOverride> truth) {
        Random noise = new Random(seed);
        long[] seconds = {0};
        Search.Track track = (schedule, laps) -> {
            seconds[0] += laps;
            double ratio = truth.applyAsDouble(schedule);
            return ratio > 0
                    ? Optional.of(noise.doubles(laps, 0.9, 1.1)
                            .map(off -> off * ratio)
                            .toArray())
                    : Optional.empty();
        };
        return new Search(track, seed, () -> seconds[0] * 1_000_000_000L).among(candidates(), budget);
    }

    @Test
    void theFastestScheduleIsFound() {
        Finding finding = search(1, Duration.ofHours(1), schedule -> schedule.step() == 17 ? 0.8 : 1.1)
                .orElseThrow();
        assertEquals("step=17", finding.best());
        assertTrue(finding.isFaster() && finding.interval().holds(0.8), finding::toString);
        assertEquals(1.25, finding.gap(), 0.05);
        assertEquals(SCHEDULES, finding.trials().size());
    }

    /** Of equal schedules one always wins the laps that choose it; it must not win those that count. */
    @Test
    void noiseSeldomWins() {
        long won = IntStream.range(0, 300)
                .filter(seed -> search(seed, Duration.ofHours(1), schedule -> 1)
                        .orElseThrow()
                        .isFaster())
                .count();
        assertTrue(won <= 20, won + " of 300 searches among equal schedules found a faster one, about 8 are expected");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "100, 11", "3600, 29"})
    void theBudgetLimitsHowManyAreTried(int seconds, int tried) {
        Finding finding = search(1, Duration.ofSeconds(seconds), schedule -> 1).orElseThrow();
        assertEquals(tried, finding.trials().size() - 1);
        assertEquals("", finding.trials().get(0).schedule());
        assertEquals(SCHEDULES, finding.possible());
    }

    @Test
    void schedulesThatCannotBeTimedAreLeftOut() {
        Finding finding =
                search(1, Duration.ofHours(1), schedule -> schedule.step() % 2).orElseThrow();
        assertEquals(SCHEDULES / 2 + 1, finding.trials().size());
        assertTrue(search(1, Duration.ofHours(1), schedule -> 0).isEmpty());
    }

    private static Row row(int depth) {
        return new Row(
                "17",
                Case.of(
                        "org.convmark.bench.block.FfnBenchmark",
                        Map.of(
                                "depth",
                                "" + depth,
                                "width",
                                "16",
                                "image",
                                "14",
                                "batch",
                                "1",
                                "target",
                                "VECTOR",
                                "fusion",
                                "BLOCK",
                                "workers",
                                "1")));
    }

    /** Three rows: a faster schedule was found, noise, a failure. */
    private static Tuned tuned() {
        Plan plan = new Plan(
                Plan.FORMAT,
                "jar",
                "quick",
                new MeasurementSettings(2, 50, 2, 10),
                null,
                List.of(new PlannedJvm("17", JVM, "build", Map.of("VECTOR", EngineId.parse("Vector API")), null)),
                List.of(row(1), row(2), row(4)),
                List.of());
        List<Trial> trials = List.of(new Trial("", 1, 1), new Trial("step=2", 2, 1.2), new Trial("step=4", 3, 0.9));
        return Tuned.begin("here", 60_000, plan)
                .with(new Failure(row(1), "at first it failed", ""))
                .with(new Entry(row(1), new Finding("step=4", 0.9, new Interval(0.88, 0.92), 9, trials)))
                .with(new Entry(row(2), new Finding("step=4", 0.99, new Interval(0.97, 1.01), 9, trials)))
                .with(new Failure(row(4), "no memory", ""));
    }

    private static JvmSetup with(String schedule) {
        return new JvmSetup(
                JVM.version(),
                JVM.name(),
                JVM.path(),
                List.of(),
                new Overrides(null, ScheduleOverride.parse(schedule)));
    }

    @Test
    void whatIsFasterBeyondNoiseIsMeasuredBesideThePlannersChoice(@TempDir Path folder) throws IOException {
        tuned().write(folder);
        Tuned read = Tuned.read(folder);
        assertEquals(tuned(), read);
        assertEquals(List.of(row(4)), read.missing());
        assertEquals(List.of(ScheduleOverride.parse("step=4")), read.schedules());
        List<String> wanted = new ArrayList<>();
        for (Row row : read.plan().rows()) {
            for (JvmSetup jvm : List.of(JVM, with("step=4"), with("step=2"))) {
                if (read.wants(row, jvm)) {
                    wanted.add(row.work().problem().extents().get(Parameter.DEPTH) + jvm.flags());
                }
            }
        }
        assertEquals(List.of("1", "1--schedule=step=4", "2", "4"), wanted);
    }

    @Test
    void theReportTellsGapAndRank() {
        String report = new TextWriter().text(TuneReport.of(tuned()));
        assertTrue(report.contains("On 1 of 2 rows no schedule was faster"), report);
        assertTrue(report.contains("over the best is 1.054, geometric mean, and 1.11 at most"), report);
        assertTrue(report.contains("correlation of -0.50 in the median"), report);
        assertTrue(report.contains("no memory"), report);
    }

    @ParameterizedTest
    @CsvSource({"there, jar, tuned on the machine here", "here, other, by another build of Convmark"})
    void whatWasFoundElsewhereIsRefused(String machine, String jar, String expected) {
        InputError refused = assertThrows(InputError.class, () -> tuned().requireOf(machine, jar));
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\" : 1 | \"format\" : 9 | was written by another version",
                "step=4 | step=x | is no schedule of a fused block",
                "{ | | is damaged",
                "WHOLE | null | it holds null"
            })
    void damagedFilesAreRefused(String text, String other, String expected, @TempDir Path folder) throws IOException {
        tuned().write(folder);
        Path file = folder.resolve(Tuned.NAME);
        String whole = Files.readString(file);
        Files.writeString(file, text.equals("WHOLE") ? other : whole.replace(text, other == null ? "" : other));
        InputError refused = assertThrows(InputError.class, () -> Tuned.read(file));
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }
}
