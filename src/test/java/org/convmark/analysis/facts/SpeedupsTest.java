package org.convmark.analysis.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.convmark.analysis.facts.Speedups.Factor;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Capture;
import org.convmark.model.Metric;
import org.convmark.model.Pattern;
import org.convmark.model.Target;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;
import org.convmark.results.StoredPlan;
import org.convmark.results.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpeedupsTest {
    private static final JvmSetup JVM = new JvmSetup("17", "VM", "/java");
    private static final List<Measurement> ROWS = List.of(
            row("pattern.PlainBenchmark", "SCALAR", "NONE", 1, 8.0),
            row("pattern.PlainBenchmark", "SCALAR", "EPILOGUE", 1, 4.0),
            row("pattern.PlainBenchmark", "VECTOR", "NONE", 1, 2.0),
            row("pattern.PlainBenchmark", "VECTOR", "EPILOGUE", 1, 1.0),
            row("pattern.PlainBenchmark", "SCALAR", "NONE", 2, 16.0),
            row("pattern.PlainBenchmark", "VECTOR", "NONE", 2, 8.0),
            row("pattern.FireBenchmark", "VECTOR", "NONE", 2, 8.0));

    private final Speedups speedups = new Speedups(ROWS, new StabilityCheck(roofs(ROWS)));
    private final List<Point> points = speedups.points();

    private static Roofs roofs(List<Measurement> rows) {
        Capture machine = Capture.read(Path.of("src/test/resources/org/convmark/analysis/canned-run/machine.json"));
        return new Roofs(new Run(Path.of("x"), machine, new StoredPlan(null, null, null, null, null), rows, List.of()));
    }

    private static Measurement row(String name, String target, String fusion, int depth, double seconds) {
        return row(name, plain(target, fusion, depth), List.of(List.of(seconds)), Map.of());
    }

    private static Map<String, String> plain(String target, String fusion, int depth) {
        return Map.of(
                "target",
                target,
                "fusion",
                fusion,
                "depth",
                "" + depth,
                "width",
                "8",
                "image",
                "8",
                "batch",
                "1",
                "workers",
                "1");
    }

    private static Measurement row(
            String name, Map<String, String> params, List<List<Double>> samples, Map<Metric, MetricSamples> metrics) {
        return new Measurement(
                Subject.of("org.convmark.bench." + name, new TreeMap<>(params)),
                JVM,
                List.of(),
                "1.37",
                "avgt",
                1,
                samples,
                metrics,
                Map.of());
    }

    @Test
    void baselineIsUnfusedPlainJavaAndTheFastestFusionCounts() {
        Factor factor =
                speedups.factor(Pattern.PLAIN, Target.VECTOR, points.get(0)).orElseThrow();
        assertEquals(8.0, factor.value());
        assertEquals("EPILOGUE", factor.fusion());
    }

    @Test
    void meanIsGeometric() {
        List<Factor> factors = speedups.factors(Pattern.PLAIN, Target.VECTOR, points);
        assertEquals(List.of(8.0, 2.0), factors.stream().map(Factor::value).toList());
        assertEquals(4.0, Speedups.mean(factors).orElseThrow(), 1e-12);
    }

    @Test
    void withoutBaselineThereIsNoFactor() {
        assertTrue(speedups.factors(Pattern.FIRE, Target.VECTOR, points).isEmpty());
    }

    @Test
    void unsteadyRowsAreNamedWithTheReason() {
        Map<Metric, MetricSamples> metrics = Map.of(
                Metric.STEAL, new MetricSamples(List.of(List.of(0.0, 3.0))),
                Metric.ALLOCATED_BY_JVM, new MetricSamples(List.of(List.of(2e6))));
        Measurement shaky = row(
                "roof.ComputeRoofBenchmark",
                Map.of("target", "VECTOR", "workers", "1"),
                List.of(List.of(1.0, 1.1), List.of(1.4)),
                metrics);
        StabilityCheck stability = new StabilityCheck(roofs(List.of(shaky)));
        assertEquals(List.of("spread 27 %", "steal 3.0 %", "allocates 1.91 MiB"), stability.reasons(shaky));
        assertTrue(stability.isSteady(ROWS.get(0)));
    }

    @Test
    void plainJavaIsHeldAgainstTheRoofOfVectors() {
        Measurement peak = row(
                "roof.ComputeRoofBenchmark",
                Map.of("target", "VECTOR", "workers", "1", "flops", "3000"),
                List.of(List.of(0.5)),
                Map.of());
        Roofs roofs = roofs(List.of(peak));
        assertEquals(6000, roofs.of(ROWS.get(0)).orElseThrow().flopsPerSecond());
    }

    private static Measurement roof(String operands, double seconds) {
        Map<String, String> params =
                Map.of("target", "OPENCL", "workers", "1", "flops", "3000000", "operands", operands);
        return row("roof.ComputeRoofBenchmark", params, List.of(List.of(seconds)), Map.of());
    }

    private static Measurement onOpenCl(String axis) {
        Map<String, String> params = new TreeMap<>(plain("OPENCL", "NONE", 1));
        params.put("axis", axis);
        return row("pattern.PlainBenchmark", params, List.of(List.of(1.0)), Map.of());
    }

    @ParameterizedTest
    @CsvSource({"NONE, 3e6, 3e6", "PRECISION@W8, 3e6, 3e6", "PRECISION@FP16, 3e7, 3e6"})
    void rowIsHeldAgainstTheUnitsThatMultiplyItsNumbers(String axis, double rate, double alone) {
        Measurement row = onOpenCl(axis);
        Roofs both = roofs(List.of(roof("FP16", 0.1), roof("FP32", 1.0)));
        assertEquals(rate, both.of(row).orElseThrow().flopsPerSecond(), 1);
        assertEquals(
                alone, roofs(List.of(roof("FP32", 1.0))).of(row).orElseThrow().flopsPerSecond(), 1);
    }

    private static Measurement beside(String target, List<List<Double>> seconds, List<List<Double>> roof) {
        return row(
                "pattern.PlainBenchmark",
                plain(target, "NONE", 1),
                seconds,
                Map.of(Metric.ROOF, new MetricSamples(roof)));
    }

    @Test
    void rowMeasuredWhileTheMachineWasSlowIsNamed() {
        Measurement quick = beside("VECTOR", List.of(List.of(1.0)), List.of(List.of(104.0)));
        Measurement slow = beside("SCALAR", List.of(List.of(1.0)), List.of(List.of(61.0)));
        Measurement other = beside("OPENCL", List.of(List.of(1.0)), List.of(List.of(50.0)));
        StabilityCheck stability = new StabilityCheck(roofs(List.of(quick, slow, other)));
        assertTrue(stability.isSteady(quick));
        assertEquals(List.of("slow machine: roof 61.0 GFLOP/s of 104 GFLOP/s"), stability.reasons(slow));
        assertTrue(stability.isSteady(other), "another device has another roof");
    }

    @Test
    void forkThatIsSlowForItsRoofIsNamed() {
        List<List<Double>> seconds = List.of(List.of(1.0), List.of(1.0), List.of(2.0));
        Measurement bimodal = beside("VECTOR", seconds, List.of(List.of(100.0), List.of(100.0), List.of(100.0)));
        assertEquals(2.0, bimodal.worstFork().orElseThrow());
        StabilityCheck stability = new StabilityCheck(roofs(List.of(bimodal)));
        assertTrue(stability.reasons(bimodal).contains("one fork took 2.00x the median fork"));
        Measurement disturbed = beside("VECTOR", seconds, List.of(List.of(100.0), List.of(100.0), List.of(50.0)));
        assertEquals(1.0, disturbed.worstFork().orElseThrow());
        assertTrue(beside("VECTOR", List.of(List.of(1.0)), List.of(List.of(100.0)))
                .worstFork()
                .isEmpty());
    }

    @Test
    void peersAreNoTargetsOfOurs() {
        List<Measurement> rows = List.of(
                row("pattern.PlainBenchmark", "SCALAR", "NONE", 1, 8.0),
                row("pattern.PlainBenchmark", "PYTORCH", "NONE", 1, 2.0),
                row("pattern.PlainBenchmark", "VECTOR", "NONE", 1, 4.0));
        assertEquals(List.of(Target.VECTOR), new Speedups(rows, new StabilityCheck(roofs(rows))).targets());
    }
}
