package org.convmark.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.convmark.machine.Capture;
import org.convmark.report.Cell;
import org.convmark.report.CsvWriter;
import org.convmark.report.Document;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcrossMachinesTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");
    private static final Run RUN = Run.read(CANNED);

    @TempDir
    Path temp;

    /** The canned run as of another machine, where some rows are missing. */
    private Run other() throws Exception {
        Path file = temp.resolve("machine.json");
        Files.writeString(file, Files.readString(CANNED.resolve("machine.json")).replace("example-2c", "example-64c"));
        List<Measurement> rows = RUN.measurements().stream()
                .filter(row -> row.jvm().version().equals("17.0.15")
                        && !"2".equals(row.label().settings().get("depth")))
                .toList();
        return new Run(temp, Capture.read(file), RUN.plan(), rows, List.of());
    }

    @Test
    void machinesAndJvmsAreColumns() throws Exception {
        List<Table> tables = AcrossMachines.of(List.of(RUN, other())).contents().stream()
                .filter(Table.class::isInstance)
                .map(Table.class::cast)
                .toList();
        Table table = tables.get(0);
        assertEquals(
                List.of("Workload", "example-2c, JVM 17.0.15", "example-2c, JVM 25.0.1", "example-64c, JVM 17.0.15"),
                table.columns(),
                () -> new CsvWriter().text(table));
        // Only what both measured is compared, so equal rows have equal factors.
        table.rows().stream()
                .filter(row -> !row.get(3).text().equals("-"))
                .forEach(row -> assertEquals(factor(row.get(1)), factor(row.get(3))));
    }

    private static String factor(Cell cell) {
        return cell.text().replace(" (unsteady)", "");
    }

    @Test
    void nothingToCompareIsSaid() {
        Section section = AcrossMachines.of(List.of());
        assertTrue(new MarkdownWriter()
                .text(new Document("t", "s", List.of(section)))
                .contains("No workload was measured both on plain Java and accelerated."));
    }
}
