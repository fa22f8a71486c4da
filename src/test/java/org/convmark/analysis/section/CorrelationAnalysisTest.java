package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;

/** Groups of rows that are correlated. */
class CorrelationAnalysisTest {
    /** Arguments of a JVM may hold any character, and its command any argument. */
    @Test
    void argumentsOfJvmsAreOnlyWords() {
        Run canned = Run.read(Path.of("src/test/resources/org/convmark/analysis/canned-run"));
        JvmSetup jvm = new JvmSetup("25", "VM", "/java", List.of("-Dx=a;b", "-Dy=c d"), Overrides.NONE);
        List<Measurement> rows = canned.measurements().stream()
                .filter(Measurement::isWork)
                .map(row -> new Measurement(
                        row.subject(),
                        jvm,
                        row.jvmArgs(),
                        row.jmhVersion(),
                        row.mode(),
                        row.threads(),
                        row.samples(),
                        row.metrics(),
                        row.kernels()))
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
