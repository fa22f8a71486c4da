package org.convmark.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.convmark.io.Json;
import org.convmark.machine.Machine;
import org.convmark.model.Label;
import org.convmark.report.Cell;
import org.convmark.report.CsvWriter;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Formats of other tools for the times of runs. The only list of them. */
public enum ExportFormat {
    /** Bencher Metric Format: for each row its latency in nanoseconds, with the fastest and the slowest fork as bounds. */
    BMF {
        @Override
        public Exported of(List<Run> runs) {
            ObjectNode root = Json.MAPPER.createObjectNode();
            byTitle(only(runs)).forEach((title, row) -> {
                ObjectNode latency = root.putObject(title).putObject("latency");
                List<Double> forks = row.forkMedians();
                latency.put("value", 1e9 * row.seconds());
                latency.put(
                        "lower_value", 1e9 * forks.stream().min(Double::compare).orElseThrow());
                latency.put(
                        "upper_value", 1e9 * forks.stream().max(Double::compare).orElseThrow());
            });
            return new Exported(root.toPrettyString() + "\n", List.of());
        }
    },
    /**
     * A CSV file as Apache Otava imports it: a line per run with its time and commit, a column per row, in seconds. Otava treats
     * a column as one series, so all runs must be of one machine; it rejects empty cells, so only rows that all runs have are
     * exported.
     */
    OTAVA {
        @Override
        public Exported of(List<Run> runs) {
            List<String> machines = runs.stream()
                    .map(run -> run.machine().before().id())
                    .distinct()
                    .toList();
            if (machines.size() > 1) {
                throw new IllegalArgumentException("these runs are of " + machines.size() + " machines ("
                        + String.join(", ", machines)
                        + "), which would become one series: export the runs of each machine to a separate file.");
            }
            List<Map<String, Measurement>> rows =
                    runs.stream().map(ExportFormat::byTitle).toList();
            TreeSet<String> all = new TreeSet<>();
            rows.forEach(run -> all.addAll(run.keySet()));
            TreeSet<String> common = new TreeSet<>(all);
            rows.forEach(run -> common.retainAll(run.keySet()));
            if (common.isEmpty()) {
                throw new IllegalArgumentException(
                        "these runs have no row in common: export runs of one profile on one version of a JVM.");
            }
            List<String> columns = new ArrayList<>(List.of("time", "commit"));
            columns.addAll(common);
            List<List<Cell>> lines = IntStream.range(0, runs.size())
                    .mapToObj(i -> line(runs.get(i).machine().before(), rows.get(i), common))
                    .sorted((a, b) -> a.get(0).text().compareTo(b.get(0).text()))
                    .toList();
            int left = all.size() - common.size();
            return new Exported(
                    new CsvWriter().text(new Table("Runs", columns, lines)).replace("\r\n", "\n"),
                    left == 0
                            ? List.of()
                            : List.of(left + " of " + all.size()
                                    + " rows are left out because some of the runs do not have them, such as "
                                    + all.stream()
                                            .filter(row -> !common.contains(row))
                                            .findFirst()
                                            .orElseThrow()
                                    + "."));
        }
    },
    /** Prometheus' text format: a gauge in seconds with the row's parameters as labels. */
    PROMETHEUS {
        @Override
        public Exported of(List<Run> runs) {
            Run run = only(runs);
            String head = "# HELP convmark_seconds Time of a pass: median over forks of each fork's median.\n"
                    + "# TYPE convmark_seconds gauge\n";
            return new Exported(
                    byTitle(run).values().stream()
                            .map(row -> "convmark_seconds{" + labels(run, row) + "} " + row.seconds() + "\n")
                            .collect(Collectors.joining("", head, "")),
                    List.of());
        }
    };

    /** What CSV would quote, and what a title has instead. */
    private static final Pattern SPECIAL = Pattern.compile("[\\s\\p{Cntrl},;'\"%_]");

    /**
     * An exported text.
     *
     * @param notes what was left out, one sentence each
     */
    public record Exported(String text, List<String> notes) {}

    /**
     * Runs in this format.
     *
     * @throws IllegalArgumentException with one sentence if the format cannot distinguish them
     */
    public abstract Exported of(List<Run> runs);

    /** Its name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Run only(List<Run> runs) {
        if (runs.size() > 1) {
            throw new IllegalArgumentException("only otava's format holds several runs: export them one by one.");
        }
        return runs.get(0);
    }

    /** A title without characters that CSV would quote. */
    private static String title(Run run, Measurement row) {
        Label label = row.label();
        return (label.benchmark() + label.settings(".") + "@" + run.label(row.jvm()))
                .replaceAll("[\\s\\p{Cntrl},;'\"]+", "_");
    }

    /** A title that no other row has, for rows that differ only in such characters: each becomes its code. */
    private static String exactTitle(Run run, Measurement row) {
        return SPECIAL.matcher(row.label().title() + "@" + run.label(row.jvm()))
                .replaceAll(one ->
                        String.format(Locale.ROOT, "%%%02X", (int) one.group().charAt(0)));
    }

    /** @throws IllegalArgumentException if a row is there twice */
    private static Map<String, Measurement> byTitle(Run run) {
        Map<String, List<Measurement>> alike = run.requireMeasurements().stream()
                .collect(Collectors.groupingBy(row -> title(run, row), LinkedHashMap::new, Collectors.toList()));
        Map<String, Measurement> rows = new LinkedHashMap<>();
        alike.forEach((title, same) -> same.forEach(row -> {
            String own = same.size() == 1 ? title : exactTitle(run, row);
            if (rows.put(own, row) != null) {
                throw new IllegalArgumentException(
                        run.folder() + " holds " + own + " twice: remove one of the two from a copy of its jmh.json.");
            }
        }));
        return rows;
    }

    private static List<Cell> line(Machine machine, Map<String, Measurement> rows, Set<String> columns) {
        List<Cell> line = new ArrayList<>();
        line.add(Cell.words(machine.capturedAt()));
        line.add(Cell.words(machine.checkout().commit().optional().orElse("unversioned")));
        columns.forEach(
                title -> line.add(Cell.words(Double.toString(rows.get(title).seconds()))));
        return line;
    }

    /** The name of a setting as a label that is valid, not reserved and not yet used. */
    private static String free(String name, Set<String> used) {
        String label = name.replaceAll("[^a-zA-Z0-9_]", "_");
        while (used.contains(label) || !label.matches("_?[a-zA-Z]\\w*")) {
            label = "param_" + label;
        }
        return label;
    }

    private static String labels(Run run, Measurement row) {
        Map<String, String> labels = new TreeMap<>(Map.of(
                "benchmark",
                row.label().benchmark(),
                "jvm",
                run.label(row.jvm()),
                "machine",
                run.machine().before().id()));
        row.label().settings().forEach((name, value) -> labels.put(free(name, labels.keySet()), value));
        return labels.entrySet().stream()
                .map(e -> e.getKey() + "=\""
                        + e.getValue()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n") + "\"")
                .collect(Collectors.joining(","));
    }
}
