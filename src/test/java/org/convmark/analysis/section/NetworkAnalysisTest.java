package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.convmark.analysis.Report;
import org.convmark.model.Metric;
import org.convmark.report.MarkdownWriter;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;
import org.convmark.results.Subject;
import org.junit.jupiter.api.Test;

/** Rows of whole networks go through every analysis, though they have neither depth nor width. */
class NetworkAnalysisTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");

    /** An accuracy says nothing of small images. */
    @Test
    void accuracyIsThatOfOneSize() {
        Run run = Run.read(CANNED);
        List<Measurement> rows = Stream.of("ConvFirstPicoReconstruction", "ConvNeXtPico")
                .map(name -> row(run, name, "VECTOR", "EPILOGUE", "32", 0.1))
                .toList();
        String report = new MarkdownWriter()
                .text(Report.of(new Run(run.folder(), run.machine(), run.plan(), rows, List.of()), Map.of()));
        assertTrue(report.contains("| CONVNEXT\\_PICO |"), report);
        assertFalse(report.contains("Networks of equal accuracy"), report);
    }

    @Test
    void timeFactorKernelsAndAccuracyOfEachNetwork() {
        Run run = Run.read(CANNED);
        List<Measurement> rows = Stream.of(
                        row(run, "MobileNetV2", "SCALAR", "NONE", 0.06),
                        row(run, "MobileNetV2", "VECTOR", "EPILOGUE", 0.01),
                        row(run, "MobileNetV2", "VECTOR", "BLOCK", 0.0125),
                        row(run, "MobileNetV2", "ONNXRUNTIME", "EPILOGUE", 0.02),
                        row(run, "MobileNetV2", "PYTORCH", "NONE", 0.06),
                        row(run, "ConvFirstPicoReconstruction", "VECTOR", "EPILOGUE", 0.05),
                        row(run, "ConvFirstPicoReconstruction", "VECTOR", "BLOCK", 0.02),
                        row(run, "ConvNeXtPico", "VECTOR", "EPILOGUE", 0.08),
                        row(run, "ConvNeXtPico", "VECTOR", "BLOCK", 0.07),
                        row(run, "ConvNeXtNano", "VECTOR", "EPILOGUE", 0.09),
                        row(run, "ConvNeXtFemto", "VECTOR", "EPILOGUE", 0.01))
                .toList();
        List<Measurement> all = Stream.concat(run.measurements().stream().filter(row -> !row.isWork()), rows.stream())
                .toList();
        String report = new MarkdownWriter()
                .text(Report.of(new Run(run.folder(), run.machine(), run.plan(), all, List.of()), Map.of()));
        assertFalse(report.matches("(?s).*\\b(NaN|Infinity|null)\\b.*"), report);
        String section =
                report.substring(report.indexOf("## Whole networks"), report.indexOf("## What each step gives"));
        assertTrue(
                section.contains("Acceleration gives most to MOBILENET\\_V2 on VECTOR (EPILOGUE), 6.00x plain Java"),
                section);
        assertTrue(
                section.lines()
                        .anyMatch(
                                line -> line.matches(
                                        "\\| MOBILENET.+ \\| VECTOR \\| EPILOGUE \\| 224 .*6.00x \\| 151 \\| 54 \\| 8.00 ms \\| 1.25x \\| 5.00 MiB \\|.*71.9 \\|")),
                section);
        assertTrue(section.contains("ConvFirst is 3.50x as fast on VECTOR as ConvNeXt of no higher accuracy"), section);
        assertTrue(
                section.lines()
                                .filter(
                                        line -> line.matches(
                                                "\\| CONVFIRST.+ \\| VECTOR \\| BLOCK \\|.* NONE \\| 1 \\| [^|]+ \\| 79.9 \\|.*"))
                                .count()
                        == 1,
                section);
        assertTrue(section.contains("nobody trained this reconstruction"), section);
        assertTrue(
                report.contains("VECTOR is 6.00x as fast as plain Java over 1 network.")
                        && report.contains("| MOBILENET\\_V2 | ONNXRUNTIME | 3.00x |")
                        && report.contains("VECTOR is 2.00x as fast as the best peer"),
                report);
    }

    private static Measurement row(Run run, String name, String target, String fusion, double seconds) {
        return row(run, name, target, fusion, "224", seconds);
    }

    private static Measurement row(Run run, String name, String target, String fusion, String image, double seconds) {
        Measurement like = run.measurements().get(4);
        Map<String, String> params =
                Map.of("image", image, "batch", "1", "workers", "1", "target", target, "fusion", fusion);
        return new Measurement(
                Subject.of("org.convmark.bench.network." + name + "Benchmark", new TreeMap<>(params)),
                like.jvm(),
                like.jvmArgs(),
                like.jmhVersion(),
                like.mode(),
                like.threads(),
                List.of(List.of(seconds, seconds), List.of(seconds, seconds)),
                Map.of(
                        Metric.KERNELS, metric(54),
                        Metric.ISOLATED, metric(0.8e6 * seconds),
                        Metric.WORKSPACE, metric(5 << 20)),
                Map.of());
    }

    private static MetricSamples metric(double value) {
        return new MetricSamples(List.of(List.of(value)));
    }
}
