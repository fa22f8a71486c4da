package org.convmark.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Formats as the tools that read them document them. */
class ExportFormatTest {
    private static final Run CANNED = Run.read(Path.of("src/test/resources/org/convmark/analysis/canned-peers"));
    private static final int ROWS = CANNED.measurements().size();

    /** https://bencher.dev/docs/reference/bencher-metric-format: names to measures to numbers; latency in nanoseconds. */
    @Test
    void bencherGetsALatencyPerRow() throws Exception {
        JsonNode json =
                new ObjectMapper().readTree(ExportFormat.BMF.of(List.of(CANNED)).text());
        assertEquals(ROWS, json.size());
        json.fields().forEachRemaining(row -> {
            assertTrue(row.getKey().length() <= 1024);
            JsonNode latency = row.getValue().path("latency");
            assertTrue(latency.path("lower_value").asDouble()
                    <= latency.path("value").asDouble());
            assertTrue(latency.path("value").asDouble()
                    <= latency.path("upper_value").asDouble());
        });
        double first = CANNED.measurements().get(0).seconds();
        assertEquals(1e9 * first, json.elements().next().at("/latency/value").asDouble(), 1e-3);
    }

    /** https://otava.apache.org/docs/csv: a time column, attributes, and one column per metric. */
    @Test
    void otavaGetsALinePerRun() {
        List<String> lines =
                ExportFormat.OTAVA.of(List.of(CANNED, CANNED)).text().lines().toList();
        assertEquals(3, lines.size());
        String[] columns = lines.get(0).split(",");
        assertEquals(List.of("time", "commit"), List.of(columns[0], columns[1]));
        assertEquals(ROWS + 2, new HashSet<>(List.of(columns)).size());
        assertEquals(ROWS + 2, lines.get(1).split(",", -1).length);
        assertTrue(lines.get(1).startsWith("2026-11-20T10:00:00Z,"), lines.get(1));
    }

    /** https://prometheus.io/docs/instrumenting/exposition_formats: help, type, then one line per sample. */
    @Test
    void prometheusGetsAGaugePerRow() {
        List<String> lines =
                ExportFormat.PROMETHEUS.of(List.of(CANNED)).text().lines().toList();
        assertEquals(ROWS + 2, lines.size());
        assertEquals("# TYPE convmark_seconds gauge", lines.get(1));
        String label = "[a-zA-Z_][a-zA-Z0-9_]*=\"(\\\\.|[^\"\\\\])*\"";
        for (String line : lines.subList(2, lines.size())) {
            assertTrue(line.matches("convmark_seconds\\{" + label + "(," + label + ")*} [0-9.E-]+"), line);
        }
        assertEquals(lines.size(), new HashSet<>(lines).size());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OTAVA")
    void othersHoldOneRun(ExportFormat format) {
        assertTrue(format.of(List.of(CANNED)).text().lines().count() > ROWS);
        assertThrows(IllegalArgumentException.class, () -> format.of(List.of(CANNED, CANNED)));
    }
}
