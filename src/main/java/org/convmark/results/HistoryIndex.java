package org.convmark.results;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.convmark.io.AtomicFile;
import org.convmark.machine.Machine;

/**
 * One time per row of every run in a folder of runs. What was read of a run is kept in one file, {@code
 * .history-index.gz}, until the run's files change; the file can be deleted at any time, and the runs stay the truth.
 */
public final class HistoryIndex {
    private static final String NAME = ".history-index.gz";
    private static final String FORMAT = "convmark history index 4";
    private static final String TAB = "\t";

    /**
     * A run.
     *
     * @param folder its name
     * @param stamp sizes and times of its files when they were read
     * @param capturedAt when it began: UTC, ISO 8601
     * @param clock what is wrong with its clock, or ""
     * @param commit of the program, or why it is not known
     * @param machine short name of the kind of machine
     * @param failed rows without a result
     */
    public record Entry(
            String folder,
            String stamp,
            String capturedAt,
            String clock,
            String commit,
            String machine,
            List<Point> points,
            List<Failed> failed) {}

    /**
     * A row of a run.
     *
     * @param row benchmark and parameters
     * @param jvm version and flags
     * @param seconds per operation
     */
    public record Point(String row, String jvm, double seconds) {}

    /**
     * A row that failed in a run.
     *
     * @param row benchmark and parameters
     * @param error in one line
     */
    public record Failed(String row, String error) {}

    /**
     * All runs that can be read.
     *
     * @param entries in the order of time
     * @param complaints one sentence per run that cannot be read, and one if the index could not be written
     */
    public record Reading(List<Entry> entries, List<String> complaints) {}

    private final Path folder;

    /** @param folder that holds the folders of runs */
    public HistoryIndex(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads what is new, takes the rest from the index, and writes the index again.
     *
     * @throws IOException if the folder itself cannot be read
     */
    public Reading read() throws IOException {
        Map<String, Entry> known = load();
        List<Path> runs;
        try (Stream<Path> folders = Files.list(folder)) {
            runs = folders.filter(run -> Files.exists(run.resolve("jmh.json")))
                    .sorted()
                    .toList();
        }
        Map<String, String> complaints = new ConcurrentSkipListMap<>();
        List<Entry> entries = runs.parallelStream()
                .flatMap(run -> entry(run, known, complaints).stream())
                .sorted(Comparator.comparing(Entry::capturedAt).thenComparing(Entry::folder))
                .toList();
        List<String> sentences = new ArrayList<>(complaints.values());
        boolean changed = entries.size() != known.size()
                || entries.stream().anyMatch(entry -> known.get(entry.folder()) != entry);
        if (changed) {
            store(entries).ifPresent(sentences::add);
        }
        return new Reading(entries, sentences);
    }

    private static Optional<Entry> entry(Path run, Map<String, Entry> known, Map<String, String> complaints) {
        String name = run.getFileName().toString();
        try {
            String stamp = stamp(run.resolve("jmh.json")) + " " + stamp(run.resolve("machine.json"));
            Entry old = known.get(name);
            return Optional.of(old != null && old.stamp().equals(stamp) ? old : entry(Run.read(run), name, stamp));
        } catch (IOException e) {
            complaints.put(name, run + " is left out: " + e.getMessage() + " cannot be read.");
        } catch (IllegalArgumentException e) {
            complaints.put(name, run + " is left out: " + e.getMessage());
        }
        return Optional.empty();
    }

    private static String stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.size() + "@" + attributes.lastModifiedTime().toMillis();
    }

    private static Entry entry(Run run, String name, String stamp) {
        Machine machine = run.machine().before();
        Machine after = run.machine().after();
        boolean backwards = after != null && after.capturedAt().compareTo(machine.capturedAt()) < 0;
        Map<String, Point> points = new LinkedHashMap<>();
        for (Measurement row : run.measurements()) {
            Point point = new Point(row.label().title(), run.label(row.jvm()), row.seconds());
            if (points.put(point.row() + TAB + point.jvm(), point) != null) {
                throw new IllegalArgumentException("it holds " + point.row() + " on JVM " + point.jvm()
                        + " twice: remove one of the two from a copy of its jmh.json.");
            }
        }
        return new Entry(
                name,
                stamp,
                machine.capturedAt(),
                backwards
                        ? "ended at " + after.capturedAt() + ", before it began: the clock was set back meanwhile"
                        : "",
                machine.checkout().commit().optional().orElse("unversioned"),
                machine.id(),
                List.copyOf(points.values()),
                run.failures().stream()
                        .map(failure -> new Failed(
                                failure.row().title(), failure.error().replaceAll("\\s+", " ")))
                        .toList());
    }

    /** What the index holds; nothing if it is absent, damaged or of another version, because it can be made again. */
    private Map<String, Entry> load() {
        Map<String, Entry> entries = new HashMap<>();
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return entries;
        }
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8))) {
            if (!FORMAT.equals(in.readLine())) {
                return entries;
            }
            Map<String, String> names = new HashMap<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Entry entry = parse(line, in, names);
                entries.put(entry.folder(), entry);
            }
            return entries;
        } catch (IOException | RuntimeException e) {
            return new HashMap<>();
        }
    }

    /** @param names every name once, because all runs have the same ones */
    private static Entry parse(String head, BufferedReader in, Map<String, String> names) throws IOException {
        String[] parts = head.split(TAB, -1);
        List<Point> points = new ArrayList<>();
        for (int i = Integer.parseInt(parts[6]); i > 0; i--) {
            String[] point = in.readLine().split(TAB, -1);
            points.add(new Point(
                    names.computeIfAbsent(point[0], name -> name),
                    names.computeIfAbsent(point[1], name -> name),
                    Double.parseDouble(point[2])));
        }
        List<Failed> failed = new ArrayList<>();
        for (int i = Integer.parseInt(parts[7]); i > 0; i--) {
            String[] row = in.readLine().split(TAB, -1);
            failed.add(new Failed(names.computeIfAbsent(row[0], name -> name), row[1]));
        }
        return new Entry(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], points, failed);
    }

    /** Writes the index, or says why not. */
    private Optional<String> store(List<Entry> entries) {
        Path file = folder.resolve(NAME);
        try {
            new AtomicFile(file).write(out -> write(entries, out));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("the index " + file + " cannot be written (" + e.getMessage()
                    + "): no result is lost, and the next time all runs are read again.");
        }
    }

    private static void write(List<Entry> entries, OutputStream file) throws IOException {
        Writer out =
                new BufferedWriter(new OutputStreamWriter(new GZIPOutputStream(file, 1 << 16), StandardCharsets.UTF_8));
        out.write(FORMAT + "\n");
        for (Entry entry : entries) {
            write(entry, out);
        }
        out.close();
    }

    private static void write(Entry entry, Writer out) throws IOException {
        out.write(String.join(
                        TAB,
                        entry.folder(),
                        entry.stamp(),
                        entry.capturedAt(),
                        entry.clock(),
                        entry.commit(),
                        entry.machine(),
                        String.valueOf(entry.points().size()),
                        String.valueOf(entry.failed().size()))
                + "\n");
        for (Point point : entry.points()) {
            out.write(point.row() + TAB + point.jvm() + TAB + point.seconds() + "\n");
        }
        for (Failed row : entry.failed()) {
            out.write(row.row() + TAB + row.error() + "\n");
        }
    }
}
