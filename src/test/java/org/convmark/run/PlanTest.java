package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.convmark.kernel.Target;
import org.convmark.model.Workload;
import org.convmark.run.Plan.Skipped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured in which order. */
class PlanTest {
    private static final int WORKLOADS = Workload.all().size();

    private static Plan plan(Profile profile, String include, List<String> parameters, Circumstances here) {
        return Selection.of(profile, include, new Parameters(parameters)).plan(here, profile.effort());
    }

    private static Plan plan(Profile profile) {
        return plan(profile, ".*", List.of(), Here.with(Here.jvm("21", Target.own())));
    }

    @ParameterizedTest
    @EnumSource
    void profileMeasuresEveryWorkloadOnEveryTargetAndItsRoof(Profile profile) {
        Plan plan = plan(profile);
        Set<String> pairs = plan.rows().stream()
                .filter(row -> !row.isRoof())
                .map(row -> row.simpleName() + row.target())
                .collect(Collectors.toSet());
        assertEquals(WORKLOADS * Target.own().size(), pairs.size());
        Set<Target> roofs =
                plan.rows().stream().filter(Row::isRoof).map(Row::target).collect(Collectors.toSet());
        assertEquals(Set.of(Target.VECTOR, Target.OPENCL), roofs);
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreToldApartByTheirIds(Profile profile) {
        List<String> ids = plan(profile).rows().stream().map(Row::id).toList();
        assertEquals(ids.size(), new HashSet<>(ids).size());
        assertTrue(ids.stream().allMatch(id -> id.matches("[\\w.,=@+-]{1,200}")));
    }

    @ParameterizedTest
    @CsvSource({"SMOKE, 72", "QUICK, 274", "STANDARD, 1214", "FULL, 6388"})
    void profileHasThisManyRows(Profile profile, int rows) {
        assertEquals(rows, plan(profile).rows().size());
    }

    @ParameterizedTest
    @CsvSource({"SMOKE, 1, 3", "QUICK, 5, 12"})
    void shortProfilesAreShort(Profile profile, int least, int most) {
        Duration estimate = plan(profile).estimate();
        assertTrue(estimate.compareTo(Duration.ofMinutes(least)) > 0, estimate::toString);
        assertTrue(estimate.compareTo(Duration.ofMinutes(most)) <= 0, estimate::toString);
    }

    @Test
    void noProfileMeasuresWhatNoTargetRuns() {
        for (Profile profile : Profile.values()) {
            assertTrue(plan(profile).rows().stream()
                    .noneMatch(row -> "BLOCK".equals(row.params().get("fusion"))));
        }
    }

    @Test
    void targetsStandSideBySide() {
        List<Row> rows =
                plan(Profile.QUICK).rows().stream().filter(row -> !row.isRoof()).toList();
        for (int i = 0; i < rows.size(); i += Target.own().size()) {
            Set<String> points = rows.subList(i, i + Target.own().size()).stream()
                    .map(row -> row.simpleName()
                            + row.params().get("depth")
                            + row.params().get("width"))
                    .collect(Collectors.toSet());
            assertEquals(1, points.size());
        }
    }

    @Test
    void idNamesEveryParameterAndTheJvm() {
        Plan plan = plan(
                Profile.SMOKE,
                "\\.FireBenchmark",
                List.of("target=SCALAR", "depth=2"),
                Here.with(Here.jvm("21", Target.own())));
        assertEquals(
                "FireBenchmark.batch=1,depth=2,fusion=NONE,image=14,target=SCALAR,width=16,workers=1@21",
                plan.rows().get(plan.rows().size() - 1).id());
    }

    @Test
    void chosenValuesReplaceThoseOfTheProfile() {
        Plan plan = plan(
                Profile.QUICK,
                "\\.FireBenchmark",
                List.of("depth=7", "width=8", "fusion=NONE,EPILOGUE", "loop=READ", "bytes=65536", "workers=2"),
                Here.with(Here.jvm("21", Target.own())));
        List<Row> fire = plan.rows().stream().filter(row -> !row.isRoof()).toList();
        assertEquals(2 * Target.own().size(), fire.size());
        assertTrue(fire.stream().allMatch(row -> row.params().get("depth").equals("7")));
        assertTrue(
                plan.rows().stream().allMatch(row -> row.params().get("workers").equals("2")));
        assertEquals(
                2,
                plan.rows().stream()
                        .filter(row -> "65536".equals(row.params().get("bytes")))
                        .count());
    }

    @Test
    void onlyRoofsCanBeMeasured() {
        Plan plan = plan(Profile.SMOKE, "ComputeRoof", List.of(), Here.with(Here.jvm("21", Target.own())));
        assertEquals(2, plan.rows().size());
    }

    @Test
    void whatIsNotAvailableIsLeftOutWithItsReason() {
        Plan plan = plan(Profile.SMOKE, ".*", List.of(), Here.with(Here.jvm("21", Target.SCALAR, Target.VECTOR)));
        assertEquals(List.of(new Skipped("21", "OPENCL", "no OPENCL here", 25)), plan.skipped());
        assertEquals(47, plan.rows().size());
    }

    @Test
    void nothingAvailableIsAnError() {
        InputError e = assertThrows(
                InputError.class,
                () -> plan(Profile.SMOKE, ".*", List.of("target=OPENCL"), Here.with(Here.jvm("21", Target.SCALAR))));
        assertTrue(e.getMessage().contains("OPENCL is not available on JVM 21 (no OPENCL here)"), e::getMessage);
    }

    @Test
    void severalJvmsAreToldApart() {
        Plan plan = plan(
                Profile.SMOKE,
                ".*",
                List.of(),
                Here.with(Here.jvm("21", Target.own()), Here.jvm("25", Target.own()), Here.jvm("25", Target.own())));
        assertEquals(3 * 72, plan.rows().size());
        assertEquals(
                List.of("21", "25", "25-2"),
                plan.jvms().stream().map(Plan.JvmOfPlan::label).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "width=1000000, would need at least",
        "width=8000, would need about",
        "batch=1000000000, would need at least",
        "image=100000000000, would need at least",
        "depth=1000000000, would need at least",
    })
    void hugeNetworksAreRefused(String parameter, String expected) {
        InputError e = assertThrows(
                InputError.class,
                () -> plan(Profile.SMOKE, "Residual", List.of(parameter), Here.with(Here.jvm("21", Target.own()))));
        assertTrue(e.getMessage().contains(expected), e::getMessage);
    }

    @Test
    void absurdDepthIsRefusedEvenIfNarrow() {
        InputError e = assertThrows(
                InputError.class,
                () -> plan(
                        Profile.SMOKE,
                        "Plain",
                        List.of("depth=100000", "width=1"),
                        Here.with(Here.jvm("21", Target.own()))));
        assertEquals("depth=100000 is too large: the most is 512.", e.getMessage());
    }

    @Test
    void moreThanTheHeapIsRefusedWithTheOptionThatHelps() {
        InputError e = assertThrows(InputError.class, () -> new MemoryNeed(1L << 40, 1L << 27)
                .check(plan(Profile.FULL).rows()));
        assertTrue(e.getMessage().contains("--jvm-args \"-Xmx"), e::getMessage);
    }

    @ParameterizedTest
    @CsvSource({"40, 40 s", "200, 3 min 20 s", "7500, 2 h 5 min"})
    void timesReadWell(int seconds, String text) {
        assertEquals(text, Progress.text(Duration.ofSeconds(seconds)));
    }
}
