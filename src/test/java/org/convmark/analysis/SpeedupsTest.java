package org.convmark.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.convmark.analysis.Speedups.Factor;
import org.convmark.analysis.Speedups.Point;
import org.convmark.machine.Capture;
import org.convmark.model.Pattern;
import org.convmark.results.Intent;
import org.convmark.results.JvmIdentity;
import org.convmark.results.Measurement;
import org.convmark.results.Metric;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;

class SpeedupsTest {
    private static final JvmIdentity JVM = new JvmIdentity("17", "VM", "/java");
    private static final List<Measurement> ROWS = List.of(
            row("pattern.PlainBenchmark", "SCALAR", "NONE", 1, 8.0),
            row("pattern.PlainBenchmark", "SCALAR", "EPILOGUE", 1, 4.0),
            row("pattern.PlainBenchmark", "VECTOR", "NONE", 1, 2.0),
            row("pattern.PlainBenchmark", "VECTOR", "EPILOGUE", 1, 1.0),
            row("pattern.PlainBenchmark", "SCALAR", "NONE", 2, 16.0),
            row("pattern.PlainBenchmark", "VECTOR", "NONE", 2, 8.0),
            row("pattern.FireBenchmark", "VECTOR", "NONE", 2, 8.0));

    private final Speedups speedups = new Speedups(ROWS);
    private final List<Point> points = speedups.points(w -> true);

    private static Measurement row(String name, String target, String fusion, int depth, double seconds) {
        Map<String, String> params = Map.of(
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
        return row(name, params, List.of(List.of(seconds)), Map.of());
    }

    private static Measurement row(
            String name, Map<String, String> params, List<List<Double>> samples, Map<String, Metric> metrics) {
        return new Measurement(
                "org.convmark.bench." + name, new TreeMap<>(params), JVM, List.of(), "avgt", "s/op", samples, metrics);
    }

    @Test
    void baselineIsUnfusedPlainJavaAndTheFastestFusionCounts() {
        Factor factor = speedups.factor(Pattern.PLAIN, "VECTOR", points.get(0)).orElseThrow();
        assertEquals(8.0, factor.value());
        assertEquals("EPILOGUE", factor.fusion());
    }

    @Test
    void meanIsGeometric() {
        List<Factor> factors = speedups.factors(Pattern.PLAIN, "VECTOR", points);
        assertEquals(List.of(8.0, 2.0), factors.stream().map(Factor::value).toList());
        assertEquals(4.0, Speedups.mean(factors).orElseThrow(), 1e-12);
    }

    @Test
    void withoutBaselineThereIsNoFactor() {
        assertTrue(speedups.factors(Pattern.FIRE, "VECTOR", points).isEmpty());
    }

    @Test
    void unsteadyRowsAreNamedWithTheReason() {
        Map<String, Metric> metrics = Map.of(
                "steal", new Metric("%", List.of(List.of(0.0, 3.0))),
                "gc.alloc.rate.norm", new Metric("B/op", List.of(List.of(2e6))));
        Measurement shaky = row("roof.X", Map.of(), List.of(List.of(1.0, 1.1), List.of(1.4)), metrics);
        assertEquals(List.of("spread 27 %", "steal 3.0 %", "allocates 1.91 MiB"), Trust.doubts(shaky));
        assertTrue(Trust.doubts(ROWS.get(0)).isEmpty());
    }

    @Test
    void plainJavaIsHeldAgainstTheRoofOfVectors() {
        Measurement peak = row(
                "roof.ComputeRoofBenchmark",
                Map.of("target", "VECTOR", "workers", "1", "flops", "3000"),
                List.of(List.of(0.5)),
                Map.of());
        Capture machine = Capture.read(Path.of("src/test/resources/org/convmark/analysis/canned-run/machine.json"));
        Intent intent = new Intent(null, null, null, null, null);
        Roofs roofs = new Roofs(new Run(Path.of("x"), machine, intent, List.of(peak), List.of()));
        assertEquals(6000, roofs.of(ROWS.get(0)).orElseThrow().flopsPerSecond());
    }
}
