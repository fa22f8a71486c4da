package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.convmark.results.Subject;
import org.junit.jupiter.api.Test;

/** Groups of rows that are correlated. */
class CorrelationAnalysisTest {
    /** Arguments of a JVM may hold any character, and its command any argument. */
    @Test
    void argumentsOfJvmsAreOnlyWords() {
        Run canned = Run.read(Path.of("src/test/resources/org/convmark/analysis/canned-run"));
        Measurement like = canned.measurements().get(4);
        JvmSetup jvm = new JvmSetup("25", "VM", "/java", List.of("-Dx=a;b", "-Dy=c d"), Overrides.NONE);
        List<Measurement> rows = IntStream.range(1, 4)
                .mapToObj(depth -> new Measurement(
                        Subject.of(
                                "org.convmark.bench.pattern.PlainBenchmark",
                                new TreeMap<>(Map.of(
                                        "depth",
                                        "" + depth,
                                        "width",
                                        "8",
                                        "image",
                                        "8",
                                        "batch",
                                        "1",
                                        "workers",
                                        "1",
                                        "target",
                                        "VECTOR",
                                        "fusion",
                                        "NONE"))),
                        jvm,
                        List.of(),
                        like.jmhVersion(),
                        like.mode(),
                        like.threads(),
                        List.of(List.of(0.1 * depth)),
                        Map.of(),
                        Map.of()))
                .toList();
        Run run = new Run(canned.folder(), canned.machine(), canned.plan(), rows, List.of());
        Table table = new CorrelationAnalysis()
                .of(new RunFacts(run, Map.of("L2", 512L << 10))).contents().stream()
                        .filter(content -> content instanceof Table)
                        .map(content -> (Table) content)
                        .findFirst()
                        .orElseThrow();
        assertTrue(table.rows().get(0).toString().contains("-Dx=a;b"), table::toString);
        String command = run.command(rows.get(0));
        assertTrue(command.contains("--jvm-args '-Dx=a;b \"-Dy=c d\"'"), command);
    }
}
