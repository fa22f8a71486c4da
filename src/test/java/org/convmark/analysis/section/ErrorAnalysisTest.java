package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.convmark.analysis.Report;
import org.convmark.engine.Engines;
import org.convmark.kernel.DoubleInterpreter;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Algorithm;
import org.convmark.model.Graph;
import org.convmark.model.Metric;
import org.convmark.model.Pattern;
import org.convmark.model.Target;
import org.convmark.report.MarkdownWriter;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;
import org.convmark.results.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real errors of every algorithm on a small graph, in a run where the direct one takes twice as long as the others. */
class ErrorAnalysisTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-peers");
    private static final Graph GRAPH = Pattern.PLAIN.graph(1, 16, 12, 1);
    private static final Weights WEIGHTS = new Weights(GRAPH, 42, Weights.Fill.RANDOM);
    private static final double[] EXACT = new DoubleInterpreter(WEIGHTS).run();

    @Test
    void roundingExplainsEveryAlgorithm() {
        Map<Algorithm, Double> errors = new EnumMap<>(Algorithm.class);
        for (Algorithm algorithm : Algorithm.values()) {
            errors.put(algorithm, DoubleInterpreter.error(EXACT, result(algorithm)));
        }
        assertTrue(errors.values().stream().allMatch(error -> error > 0), errors::toString);
        String section = section(errors);
        assertTrue(section.contains("Rounding explains the error of every row."), section);
        assertEquals(3, section.split("2\\.00x as fast", -1).length - 1, section);
    }

    @ParameterizedTest
    @EnumSource
    void oneWrongElementIsNamed(Algorithm algorithm) {
        float[] wrong = result(algorithm);
        wrong[wrong.length / 2] += 0.001f;
        String section = section(Map.of(algorithm, DoubleInterpreter.error(EXACT, wrong)));
        assertTrue(section.contains("Rounding does not explain 1 of 1 rows."), section);
        assertTrue(section.contains("Warning: "), section);
        wrong[0] = Float.NaN;
        assertEquals(Double.POSITIVE_INFINITY, DoubleInterpreter.error(EXACT, wrong));
    }

    @Test
    void exactResultsAreCompared() {
        String section = section(Map.of(Algorithm.DIRECT, 0.0, Algorithm.AUTO, 0.0));
        assertTrue(section.contains("VECTOR has 1.00x the error of DIRECT"), section);
    }

    @Test
    void runsWithoutErrorsSaySo() {
        String section = section(Map.of());
        assertTrue(section.contains("There are no errors"), section);
    }

    private static float[] result(Algorithm algorithm) {
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(1, null, algorithm))) {
            Program program = engine.compile(GRAPH, WEIGHTS);
            program.run();
            return program.output();
        }
    }

    private static String section(Map<Algorithm, Double> errors) {
        Run canned = Run.read(CANNED);
        List<Measurement> rows = errors.entrySet().stream()
                .map(e -> row(canned, e.getKey(), e.getValue()))
                .toList();
        Run run = new Run(canned.folder(), canned.machine(), canned.plan(), rows, List.of());
        return new MarkdownWriter()
                .text(Report.of(run, Map.of()))
                .split("## Error against double precision|\n## JVMs")[1];
    }

    private static Measurement row(Run run, Algorithm algorithm, double error) {
        Map<String, String> params = new TreeMap<>(
                Map.of("depth", "1", "width", "16", "image", "12", "batch", "1", "workers", "1", "fusion", "NONE"));
        params.put("target", "VECTOR");
        params.put("algorithm", algorithm.name());
        return new Measurement(
                Subject.of("org.convmark.bench.pattern.PlainBenchmark", new TreeMap<>(params)),
                run.measurements().get(0).jvm(),
                List.of(),
                "1.37",
                "avgt",
                1,
                List.of(List.of(algorithm == Algorithm.DIRECT ? 2e-3 : 1e-3)),
                Map.of(Metric.RESULT_ERROR, new MetricSamples(List.of(List.of(error)))),
                Map.of());
    }
}
