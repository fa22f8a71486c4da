package org.convmark.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.convmark.model.Metric;
import org.convmark.report.MarkdownWriter;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few rows of a real run of each older format: what its report says stays the same. */
class OldRunsTest {
    private static final Path RUNS = Path.of("src/test/resources/org/convmark/old-runs");

    /** The figures are those of the programs that measured them; of the first, before algorithms were a parameter. */
    @ParameterizedTest
    @CsvSource({
        "plan-1, 7, 0, | 1 | RESIDUAL | 5.00x | one point | EPILOGUE |",
        "plan-3, 4, 1, | - (1) | - (1) | 8.73 ms | 6.37 ms | - (1) |"
    })
    void reportSaysWhatItSaid(String name, int rows, int skipped, String figures) {
        Run run = Run.read(RUNS.resolve(name));
        assertEquals(List.of(), run.failures());
        assertEquals(rows, run.measurements().size());
        assertEquals(rows, run.plan().rows().size());
        assertEquals(skipped, run.plan().skipped().size());
        String report = new MarkdownWriter().text(Report.of(run, Map.of()));
        assertTrue(report.contains(figures), report);
    }

    /** Isolated kernels and fastest passes had other names, {@code alone} and {@code least}. */
    @Test
    void metricsAreReadUnderTheirOldNames() {
        Measurement row = Run.read(RUNS.resolve("plan-3")).measurements().stream()
                .filter(Measurement::isWork)
                .findFirst()
                .orElseThrow();
        assertEquals(5104.3105, row.metric(Metric.ISOLATED).orElseThrow().median());
        assertEquals(4725.362e-6, row.fastestPass(), 1e-12);
    }
}
