package org.convmark.analysis;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.convmark.machine.Machine;
import org.convmark.report.Cell;
import org.convmark.report.CsvWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Formats of other tools for the times of runs. The only list of them. */
public enum ExportFormat {
    /** Bencher Metric Format: per row its latency in nanoseconds, the fastest and the slowest fork as limits. */
    BMF {
        @Override
        public String text(List<Run> runs) {
            ObjectNode root = new ObjectMapper().createObjectNode();
            Run run = only(runs);
            for (Measurement row : run.measurements()) {
                ObjectNode latency = root.putObject(title(run, row)).putObject("latency");
                List<Double> forks = row.forkMedians();
                latency.put("value", 1e9 * row.seconds());
                latency.put(
                        "lower_value", 1e9 * forks.stream().min(Double::compare).orElseThrow());
                latency.put(
                        "upper_value", 1e9 * forks.stream().max(Double::compare).orElseThrow());
            }
            return root.toPrettyString() + "\n";
        }
    },
    /** A CSV file as Apache Otava imports it: a line per run with its time and commit, a column of seconds per row. */
    OTAVA {
        @Override
        public String text(List<Run> runs) {
            List<Map<String, Cell>> lines =
                    runs.stream().map(ExportFormat::line).toList();
            List<String> columns = new ArrayList<>(List.of("time", "commit"));
            columns.addAll(lines.stream()
                    .flatMap(line -> line.keySet().stream())
                    .filter(name -> !columns.contains(name))
                    .distinct()
                    .sorted()
                    .toList());
            List<List<Cell>> cells = lines.stream()
                    .map(line -> columns.stream()
                            .map(name -> line.getOrDefault(name, Cell.words("")))
                            .toList())
                    .sorted((a, b) -> a.get(0).text().compareTo(b.get(0).text()))
                    .toList();
            return new CsvWriter().text(new Table("Runs", columns, cells)).replace("\r\n", "\n");
        }
    },
    /** Every row with all that the report says of it. */
    CSV {
        @Override
        public String text(List<Run> runs) {
            Run run = only(runs);
            return new CsvWriter().text(new RowAnalysis(run, Map.of()).everyRow(run));
        }
    },
    /** The report. */
    MARKDOWN {
        @Override
        public String text(List<Run> runs) {
            return new MarkdownWriter().text(Report.of(only(runs), Map.of()));
        }
    },
    /** Prometheus' text format: a gauge in seconds with the row's parameters as labels. */
    PROMETHEUS {
        @Override
        public String text(List<Run> runs) {
            Run run = only(runs);
            String head = "# HELP convmark_seconds Time of a pass: median over forks of each fork's median.\n"
                    + "# TYPE convmark_seconds gauge\n";
            return run.measurements().stream()
                    .map(row -> "convmark_seconds{" + labels(run, row) + "} " + row.seconds() + "\n")
                    .collect(Collectors.joining("", head, ""));
        }
    };

    /**
     * Runs in this format.
     *
     * @throws IllegalArgumentException with one sentence if there are several and the format holds one
     */
    public abstract String text(List<Run> runs);

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Run only(List<Run> runs) {
        if (runs.size() > 1) {
            throw new IllegalArgumentException("only otava's format holds several runs: export them one by one.");
        }
        return runs.get(0);
    }

    /** Without characters that CSV would quote. */
    private static String title(Run run, Measurement row) {
        String params = row.settings().entrySet().stream()
                .map(e -> "." + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining());
        return (row.simpleName().replaceFirst("Benchmark$", "") + params + "@" + run.label(row.jvm()))
                .replaceAll("[\\s,;'\"]+", "_");
    }

    private static Map<String, Cell> line(Run run) {
        Machine machine = run.machine().before();
        Map<String, Cell> line = new TreeMap<>();
        line.put("time", Cell.words(machine.capturedAt()));
        line.put("commit", Cell.words(machine.checkout().commit().optional().orElse("unversioned")));
        run.measurements().forEach(row -> line.put(title(run, row), Cell.words(Double.toString(row.seconds()))));
        return line;
    }

    private static String labels(Run run, Measurement row) {
        Map<String, String> labels = new TreeMap<>(row.settings());
        labels.put("benchmark", row.simpleName());
        labels.put("jvm", run.label(row.jvm()));
        labels.put("machine", run.machine().before().id());
        return labels.entrySet().stream()
                .map(e -> e.getKey() + "=\""
                        + e.getValue()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n") + "\"")
                .collect(Collectors.joining(","));
    }
}
