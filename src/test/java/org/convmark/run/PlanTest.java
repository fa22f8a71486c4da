package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.convmark.io.InputError;
import org.convmark.io.Json;
import org.convmark.machine.Fact;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.model.Algorithm;
import org.convmark.model.Axis;
import org.convmark.model.Caches;
import org.convmark.model.Case;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Row;
import org.convmark.results.Skipped;
import org.convmark.results.StoredPlan.PlannedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured in which order. */
class PlanTest {
    /** Targets whose roofs those of ours are held against. */
    private static final Set<Target> ROOFS =
            Target.own().stream().map(Target::roof).collect(Collectors.toSet());

    private static Plan plan(Profile profile, String include, List<String> parameters, Host here) {
        return Selection.of(profile, include, new Parameters(parameters), Set.of())
                .plan(here, profile.effort());
    }

    private static Plan plan(Profile profile, Set<Target> peers, Host here) {
        return Selection.of(profile, new Parameters(List.of()), peers).plan(here, profile.effort());
    }

    private static Plan plan(Profile profile) {
        return plan(profile, Set.of(), Here.with(Here.jvm("21", Target.own())));
    }

    /** On a JVM that runs everything. */
    private static Plan plan(String include, String... parameters) {
        return plan(
                Profile.SMOKE, include, List.of(parameters), Here.with(Here.jvm("21", EnumSet.allOf(Target.class))));
    }

    /** Targets whose roofs those of a profile are held against. */
    private static Set<Target> roofs(Profile profile) {
        return Workload.all().stream()
                .filter(profile::measures)
                .flatMap(workload -> profile.targets(workload).stream())
                .map(Target::roof)
                .collect(Collectors.toSet());
    }

    /** Workloads and the targets that run them. */
    private static int pairs(Profile profile) {
        return Workload.all().stream()
                .filter(profile::measures)
                .mapToInt(workload -> profile.targets(workload).size())
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void profileMeasuresEveryWorkloadOnEveryTargetAndItsRoof(Profile profile) {
        Plan plan = plan(profile);
        Set<String> pairs = plan.rows().stream()
                .filter(row -> !row.isRoof())
                .map(row -> row.what().simpleName() + row.target())
                .collect(Collectors.toSet());
        assertEquals(pairs(profile), pairs.size());
        Set<Target> roofs =
                plan.rows().stream().filter(Row::isRoof).map(Row::target).collect(Collectors.toSet());
        assertEquals(roofs(profile), roofs);
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreToldApartByTheirIds(Profile profile) {
        List<String> ids = plan(profile).rows().stream().map(Row::id).toList();
        assertEquals(ids.size(), new HashSet<>(ids).size());
        assertTrue(ids.stream().allMatch(id -> id.matches("[\\w.,=@+-]{1,200}")));
    }

    /** Every workload at each of its points on every target with its fusions, and every roof of theirs that devices may have. */
    @ParameterizedTest
    @EnumSource
    void nothingOfAProfileIsLeftOut(Profile profile) {
        Host here = Here.with(Here.jvm("21", Target.own()));
        Selection all = Selection.of(profile, new Parameters(List.of()), Set.of());
        long rows = Workload.all().stream()
                .filter(profile::measures)
                .mapToLong(workload -> all.points(workload).size() * variants(profile, workload))
                .sum();
        long sizes = Suite.roofs().stream()
                .mapToLong(roof -> Case.Roof.sizes(roof).stream()
                        .filter(size -> size != Parameter.FLOPS)
                        .mapToLong(size -> profile.sizes(size, here.machine()).size())
                        .reduce(1, (some, others) -> some * others))
                .sum();
        long roofs = roofs(profile).size() * profile.usual(Parameter.WORKERS).size() * sizes;
        Plan plan = all.plan(here, profile.effort());
        int skipped = plan.skipped().stream().mapToInt(Skipped::rows).sum();
        assertEquals(rows + roofs, plan.rows().size() + skipped);
    }

    /** Roofs of halves and integers, on devices that say that they have the units. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X (Y, driver 1, GPU kernels, FP16 on tensor cores) | FP32 FP16 INT8 | 0",
                "X (Y, driver 1, GPU kernels, FP16 in pairs) | FP32 FP16 INT8 | 0",
                "X (Y, driver 1, GPU kernels) | FP32 INT8 | 1",
                "X (Y, driver 1, CPU kernels) | FP32 | 2"
            })
    void roofsAreThoseOfTheDevice(String device, String formats, int skipped) {
        Plan plan = plan(Profile.GPU, "ComputeRoof", List.of("target=OPENCL"), Here.on(device));
        assertEquals(
                formats,
                plan.rows().stream()
                        .map(row -> row.what().params().get(Parameter.OPERANDS.key()))
                        .collect(Collectors.joining(" ")));
        assertEquals(skipped, plan.skipped().size());
    }

    private static long variants(Profile profile, Workload workload) {
        return profile.targets(workload).stream()
                .mapToLong(target -> (long) profile.fusions(workload, target).size()
                        * (1 + profile.points(workload, target).size()))
                .sum();
    }

    /** The graph that points are compared with is always measured; a point that leaves nothing of it is skipped. */
    @Test
    void pointsOfAxesFollowTheirGraph() {
        Plan plan = plan("\\.FireBenchmark", "width=2", "target=SCALAR", "axis=KEPT@0.50,KEPT@0.1");
        assertEquals(
                List.of("NONE", "KEPT@0.5"),
                plan.rows().stream()
                        .filter(row -> !row.isRoof())
                        .map(row -> row.what().params().get(Parameter.AXIS.key()))
                        .toList());
        assertEquals(
                List.of("KEPT@0.1 leaves none of 2 channels: keep a larger share, or round to a smaller multiple"),
                plan.skipped().stream().map(Skipped::reason).toList());
    }

    /** Zeros are timed only where they are left out, and formats where weights have them. */
    @Test
    void targetsWithoutKernelsForCompressedFiltersAreSkipped() {
        Plan plan = plan(
                "\\.FireBenchmark",
                "target=SCALAR,VECTOR,OPENCL,ONNXRUNTIME,PYTORCH",
                "algorithm=AUTO,WINOGRAD_4",
                "axis=DENSITY@0.5@16,PRECISION@W8,PRECISION@INT8");
        assertEquals(
                List.of(
                        "SCALAR NONE",
                        "SCALAR PRECISION@W8",
                        "SCALAR PRECISION@INT8",
                        "VECTOR NONE",
                        "VECTOR DENSITY@0.5@16",
                        "VECTOR PRECISION@W8",
                        "VECTOR PRECISION@INT8"),
                plan.rows().stream()
                        .filter(row -> !row.isRoof())
                        .limit(7)
                        .map(row -> row.target() + " " + row.what().params().get(Parameter.AXIS.key()))
                        .toList());
        List<String> reasons = plan.skipped().stream().map(Skipped::reason).toList();
        assertTrue(
                reasons.containsAll(
                        List.of(
                                "SCALAR has no sparse kernels and would multiply by the zeros of DENSITY",
                                "ONNXRUNTIME has no kernels for PRECISION@W8: it runs on SCALAR, VECTOR, OPENCL",
                                "PYTORCH has no kernels for PRECISION@INT8: it runs on SCALAR, VECTOR, OPENCL, ONNXRUNTIME, ONEDNN",
                                "WINOGRAD_4 transforms filters, and the zeros of DENSITY with them: give AUTO or DIRECT",
                                "WINOGRAD_4 transforms filters, and the fewer bits of PRECISION with them: give AUTO or DIRECT")),
                reasons::toString);
    }

    /** Engines of others multiply bytes as the processor does. */
    @ParameterizedTest
    @CsvSource({
        "'sse4_2,avx2', false",
        "'sse4_2,avx2,avx_vnni', true",
        "'sse4_2,avx512f,avx512_vnni', true",
        "asimd, true"
    })
    void bytesAreNotGivenToEnginesWhereTheirSumsSaturate(String features, boolean measured) throws IOException {
        Host here = Here.with(Here.jvm("21", EnumSet.allOf(Target.class)));
        ObjectNode machine = Json.MAPPER.valueToTree(here.machine());
        ((ObjectNode) machine.get("cpu"))
                .set("features", Json.MAPPER.valueToTree(Fact.of(List.of(features.split(",")), "test")));
        Host other = new Host(Json.MAPPER.treeToValue(machine, Machine.class), here.probes(), null, "jar");
        List<String> parameters = List.of("target=VECTOR,ONNXRUNTIME,ONEDNN", "axis=PRECISION@INT8");
        Plan plan = plan(Profile.SMOKE, "\\.FireBenchmark", parameters, other);
        Set<Target> targets = plan.rows().stream()
                .filter(row -> !row.isRoof() && row.work().axis().axis() == Axis.PRECISION)
                .map(Row::target)
                .collect(Collectors.toSet());
        assertEquals(
                measured ? Set.of(Target.VECTOR, Target.ONNXRUNTIME, Target.ONEDNN) : Set.of(Target.VECTOR), targets);
        assertEquals(!measured, plan.skipped().stream().anyMatch(skipped -> skipped.reason()
                .startsWith("without VNNI")));
    }

    /** A size that one network cannot run is refused with the layer and the reason; the others are measured. */
    @Test
    void networksThatCannotRunAreSkipped() {
        Plan plan = plan("\\.(Vgg16|MobileNetV2)Benchmark", "image=64", "target=SCALAR,VECTOR,OPENCL");
        assertTrue(plan.rows().stream()
                .filter(row -> !row.isRoof())
                .allMatch(row -> row.what().simpleName().equals("MobileNetV2Benchmark")));
        assertEquals(Target.own().size(), plan.skipped().size());
        String reason = plan.skipped().get(0).reason();
        assertTrue(reason.contains("VGG_16") && reason.contains("layer 32, Conv"), reason);
        Plan batches = plan("\\.MobileNetV2Benchmark", "batch=1,16000");
        reason = batches.skipped().get(0).reason();
        assertTrue(reason.contains("batch=16000") && reason.contains("of memory"), reason);
    }

    @ParameterizedTest
    @CsvSource({"SMOKE, 1, 5", "QUICK, 3, 11", "AXES, 30, 60"})
    void shortProfilesAreShort(Profile profile, int least, int most) {
        Duration estimate = plan(profile).estimate();
        assertTrue(estimate.compareTo(Duration.ofMinutes(least)) > 0, estimate::toString);
        assertTrue(estimate.compareTo(Duration.ofMinutes(most)) <= 0, estimate::toString);
    }

    @Test
    void smokeOfEveryNetworkIsShort() {
        Duration estimate = plan("network").estimate();
        assertTrue(estimate.compareTo(Duration.ofMinutes(7)) <= 0, estimate::toString);
        assertEquals(
                Set.of("32", "224"),
                plan("network").rows().stream()
                        .filter(row -> !row.isRoof())
                        .map(row -> row.what().params().get("image"))
                        .collect(Collectors.toSet()));
    }

    @Test
    void operatorsAreMeasuredWhereTheyAreNamed() {
        assertTrue(plan(Profile.SMOKE).rows().stream()
                .noneMatch(row -> row.what().family().equals("operator")));
        assertTrue(plan(Profile.STANDARD).rows().stream()
                .anyMatch(row -> row.what().family().equals("operator")));
        Set<String> families =
                plan("operator").rows().stream().map(row -> row.what().family()).collect(Collectors.toSet());
        assertEquals(Set.of("operator", "roof"), families);
    }

    @ParameterizedTest
    @CsvSource({
        "SMOKE, ONNXRUNTIME=EPILOGUE ONEDNN=EPILOGUE PYTORCH=NONE",
        "STANDARD, ONNXRUNTIME=NONE ONNXRUNTIME=EPILOGUE ONEDNN=NONE ONEDNN=EPILOGUE PYTORCH=NONE"
    })
    void peersAreMeasuredOnRequestWithTheirFusions(Profile profile, String expected) {
        Host here = Here.with(Here.jvm("21", EnumSet.allOf(Target.class)));
        assertTrue(plan(profile, Set.of(), here).rows().stream()
                .noneMatch(row -> row.target().isPeer()));
        Plan plan = plan(profile, Target.peers(), here);
        List<String> variants = plan.rows().stream()
                .filter(row -> row.target().isPeer())
                .map(row -> row.target() + "=" + row.what().params().get("fusion"))
                .distinct()
                .toList();
        assertEquals(expected, String.join(" ", variants));
        assertEquals(List.of(), plan.skipped());
        assertEquals(
                Set.of(Target.VECTOR, Target.OPENCL),
                plan.rows().stream().filter(Row::isRoof).map(Row::target).collect(Collectors.toSet()));
    }

    @Test
    void peersStandBesideChosenTargets() {
        Plan plan = Selection.of(Profile.SMOKE, new Parameters(List.of("target=VECTOR,PYTORCH")), Target.peers())
                .plan(Here.with(Here.jvm("21", EnumSet.allOf(Target.class))), Profile.SMOKE.effort());
        List<Target> targets = plan.rows().stream()
                .filter(row -> !row.isRoof())
                .map(Row::target)
                .distinct()
                .toList();
        assertEquals(List.of(Target.VECTOR, Target.PYTORCH, Target.ONNXRUNTIME, Target.ONEDNN), targets);
    }

    @Test
    void peerThatDoesNotLoadIsLeftOutWithItsReason() {
        Plan plan = plan(
                Profile.SMOKE,
                Target.peers(),
                Here.with(Here.jvm("21", EnumSet.complementOf(EnumSet.of(Target.ONEDNN)))));
        int left = (int) Workload.all().stream().filter(Profile.SMOKE::measures).count();
        assertEquals(List.of(new Skipped("21", "ONEDNN", "no ONEDNN here", left)), plan.skipped());
        assertTrue(plan.rows().stream().anyMatch(row -> row.target() == Target.PYTORCH));
    }

    @Test
    void whatATargetDoesNotRunIsLeftOutWithItsReason() {
        Plan plan = plan("\\.Fire", "target=PYTORCH,ONEDNN", "fusion=NONE,EPILOGUE");
        assertEquals(List.of(new Skipped("21", "PYTORCH", "PYTORCH runs fusion NONE only", 1)), plan.skipped());
        plan = plan("\\.Fire", "target=VECTOR,ONEDNN", "algorithm=AUTO,WINOGRAD_4");
        assertTrue(plan.skipped().contains(new Skipped("21", "ONEDNN", "ONEDNN chooses its algorithm itself", 1)));
        for (Target target : Target.values()) {
            for (Algorithm algorithm : Algorithm.values()) {
                boolean measured = plan.rows().stream()
                        .anyMatch(row -> row.target() == target
                                && algorithm.name().equals(row.what().params().get("algorithm")));
                boolean wanted = EnumSet.of(Target.VECTOR, Target.ONEDNN).contains(target)
                        && EnumSet.of(Algorithm.AUTO, Algorithm.WINOGRAD_4).contains(algorithm);
                assertEquals(wanted && target.algorithms().contains(algorithm), measured, target + " " + algorithm);
            }
        }
    }

    @Test
    void nothingThatATargetRunsIsAnError() {
        InputError e =
                assertThrows(InputError.class, () -> plan("\\.Fire", "target=SCALAR,PYTORCH", "algorithm=WINOGRAD_2"));
        assertEquals(
                "none of this can be measured here: SCALAR on JVM 21, because SCALAR chooses its algorithm itself; "
                        + "PYTORCH on JVM 21, because PYTORCH chooses its algorithm itself.",
                e.getMessage());
    }

    @Test
    void ownChoiceOfAlgorithmIsNotWorthAWord() {
        Row auto = plan("\\.Fire", "target=SCALAR").rows().stream()
                .filter(row -> !row.isRoof())
                .findFirst()
                .orElseThrow();
        assertEquals("AUTO", auto.what().params().get("algorithm"));
        SortedMap<String, String> params = new TreeMap<>(auto.what().params());
        params.put("algorithm", "DIRECT");
        Row direct = new Row(auto.jvm(), Case.of(auto.what().benchmark(), params));
        assertEquals("Fire batch=1 depth=1 fusion=NONE image=14 target=SCALAR width=16 workers=1", auto.title());
        assertEquals("Fire algorithm=DIRECT " + auto.title().substring(5), direct.title());
        assertNotEquals(auto.id(), direct.id());
    }

    @Test
    void everyProfileMeasuresBlocksWhereTheyAreFused() {
        for (Profile profile : Profile.values()) {
            assertEquals(
                    profile == Profile.GPU ? Set.of(Target.OPENCL) : Set.of(Target.VECTOR, Target.OPENCL),
                    plan(profile).rows().stream()
                            .filter(row -> "BLOCK".equals(row.what().params().get("fusion")))
                            .map(Row::target)
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void targetsStandSideBySide() {
        List<Row> rows =
                plan(Profile.QUICK).rows().stream().filter(row -> !row.isRoof()).toList();
        List<String> points = rows.stream()
                .map(row -> row.what().simpleName()
                        + row.what().params().get("depth")
                        + row.what().params().get("width"))
                .toList();
        long changes = IntStream.range(1, points.size())
                .filter(i -> !points.get(i).equals(points.get(i - 1)))
                .count();
        assertEquals(new HashSet<>(points).size(), changes + 1);
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
                List.of("depth=+7", "width=8,08", "fusion=NONE,EPILOGUE", "loop=READ", "bytes=65536", "workers=2"),
                Here.with(Here.jvm("21", Target.own())));
        List<Row> fire = plan.rows().stream().filter(row -> !row.isRoof()).toList();
        assertEquals(2 * Target.own().size(), fire.size());
        assertTrue(
                fire.stream().allMatch(row -> row.what().params().get("depth").equals("7")));
        assertTrue(plan.rows().stream()
                .allMatch(row -> row.what().params().get("workers").equals("2")));
        assertEquals(
                2,
                plan.rows().stream()
                        .filter(row -> "65536".equals(row.what().params().get("bytes")))
                        .count());
    }

    @Test
    void onlyRoofsCanBeMeasured() {
        Plan plan = plan(Profile.SMOKE, "ComputeRoof", List.of(), Here.with(Here.jvm("21", Target.own())));
        assertEquals(ROOFS, plan.rows().stream().map(Row::target).collect(Collectors.toSet()));
        assertTrue(plan.rows().stream().allMatch(Row::isRoof));
    }

    @Test
    void whatIsNotAvailableIsLeftOutWithItsReason() {
        Plan plan = plan(Profile.SMOKE, Set.of(), Here.with(Here.jvm("21", Target.SCALAR, Target.VECTOR)));
        Map<Boolean, List<Row>> all = plan(Profile.SMOKE).rows().stream()
                .collect(Collectors.partitioningBy(row -> row.target() == Target.OPENCL));
        int left = all.get(true).size();
        assertEquals(List.of(new Skipped("21", "OPENCL", "no OPENCL here", left)), plan.skipped());
        assertEquals(all.get(false), plan.rows());
    }

    @Test
    void nothingAvailableIsAnError() {
        InputError e = assertThrows(
                InputError.class,
                () -> plan(Profile.SMOKE, ".*", List.of("target=OPENCL"), Here.with(Here.jvm("21", Target.SCALAR))));
        assertTrue(e.getMessage().contains("OPENCL on JVM 21, because no OPENCL here"), e::getMessage);
    }

    @Test
    void severalJvmsAreToldApart() {
        Probe other = Here.jvm("25", Target.own());
        Probe twin = new Probe(
                other.jvm().calledBy("/other/25", List.of()), other.targets(), other.devices(), other.shortVectors());
        Plan plan = plan(Profile.SMOKE, Set.of(), Here.with(Here.jvm("21", Target.own()), other, twin));
        assertEquals(3 * plan(Profile.SMOKE).rows().size(), plan.rows().size());
        assertEquals(
                List.of("21", "25", "25-2"),
                plan.jvms().stream().map(PlannedJvm::label).toList());
    }

    /** On a processor that executes long vectors in halves, a row is measured on short ones or is told so. */
    @Test
    void processorsThatHalveVectorsAreTold() {
        Probe other = Here.jvm("25", Target.own());
        Fact<String> asFast = Fact.of("Vector API, short", "100 %");
        for (Fact<String> halves : List.of(asFast, Fact.<String>missing("they are slower"))) {
            Probe probe = new Probe(other.jvm(), other.targets(), other.devices(), halves);
            List<String> sizes = List.of("width=32", "target=VECTOR");
            Plan plan = plan(Profile.SMOKE, "\\.(Plain|Fire)Benchmark", sizes, Here.with(probe));
            List<String> told = plan.rows().stream()
                    .filter(row -> !row.isRoof())
                    .map(row ->
                            plan.contract(row, Caches.TYPICAL, null, null).vectorBits() + " " + plan.ofProcessor(row))
                    .distinct()
                    .sorted()
                    .toList();
            assertEquals(
                    halves == asFast ? List.of("256 []", "null [-Dconvmark.vector.halved=true]") : List.of("null []"),
                    told);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "width=1000000, would need at least",
        "width=8000, would need about",
        "batch=1000000000, would need at least",
        "image=2000000000, would need at least",
        "depth=1000000000, too large: the most is 512",
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
                .check(plan(Profile.FULL).rows().stream().map(Row::what).toList()));
        assertTrue(e.getMessage().contains("--jvm-args \"-Xmx"), e::getMessage);
    }

    @ParameterizedTest
    @CsvSource({"40, 40 s", "200, 3 min 20 s", "7500, 2 h 5 min"})
    void timesReadWell(int seconds, String text) {
        assertEquals(text, Progress.text(Duration.ofSeconds(seconds)));
    }
}
