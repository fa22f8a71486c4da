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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.convmark.io.AtomicFile;
import org.convmark.io.FileErrors;
import org.convmark.machine.Machine;

/**
 * One time per row of every run in a folder of runs. What was read from a run is cached in one file, {@code .history-index.gz}, until the
 * run's files change. The cache can be deleted at any time.
 *
 * <p>It is worth its code: {@code history} of 500 runs of 300 rows (1.3 MB each) takes 20.0 to 21.7 s of processor time without it
 * and 3.7 to 4.2 s with it, that of 16 runs of 26 to 274 rows 4.0 to 5.3 s and 1.3 to 1.5 s (three times each in turn, JDK 17, two cores
 * of a shared x86 server).
 */
public final class HistoryIndex {
    private static final String NAME = ".history-index.gz";
    private static final String FORMAT = "convmark history index 5";
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
     * @param absent rows without a usable time
     * @param skipped why the plan left out rows, or ""
     */
    public record Entry(
            String folder,
            String stamp,
            String capturedAt,
            String clock,
            String commit,
            String machine,
            String skipped,
            List<Point> points,
            List<Absent> absent) {}

    /**
     * A row of a run.
     *
     * @param row benchmark and parameters
     * @param jvm version and flags
     * @param seconds per operation
     */
    public record Point(String row, String jvm, double seconds) {}

    /**
     * A row without a time in a run.
     *
     * @param row benchmark and parameters
     * @param jvm version and flags
     * @param reason in one line
     */
    public record Absent(String row, String jvm, String reason) {}

    /**
     * All runs that can be read.
     *
     * @param entries in order of time
     * @param unread one sentence per run that cannot be read
     * @param index why the index could not be written, empty if it could
     */
    public record Reading(List<Entry> entries, List<String> unread, Optional<String> index) {
        /** What was left out or could not be done, one sentence each. */
        public List<String> complaints() {
            return Stream.concat(unread.stream(), index.stream()).toList();
        }
    }

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
            runs = folders.filter(HistoryIndex::isRun).sorted().toList();
        }
        Map<String, String> complaints = new ConcurrentSkipListMap<>();
        List<Entry> entries = runs.parallelStream()
                .flatMap(run -> entry(run, known, complaints).stream())
                .sorted(Comparator.comparing(Entry::capturedAt).thenComparing(Entry::folder))
                .toList();
        boolean changed = entries.size() != known.size()
                || entries.stream().anyMatch(entry -> known.get(entry.folder()) != entry);
        return new Reading(entries, List.copyOf(complaints.values()), changed ? store(entries) : Optional.empty());
    }

    /** A run that was killed, or copied in part, has some of these files; a link to nothing is one too. */
    private static boolean isRun(Path folder) {
        return Stream.of("jmh.json", "machine.json", "plan.json")
                .anyMatch(name -> Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS));
    }

    private static Optional<Entry> entry(Path run, Map<String, Entry> known, Map<String, String> complaints) {
        String name = run.getFileName().toString();
        try {
            String stamp = stamp(run.resolve("jmh.json")) + " " + stamp(run.resolve("machine.json"))
                    + stampIfThere(run.resolve("plan.json")) + stampIfThere(run.resolve("failed.json"));
            Entry old = known.get(name);
            return Optional.of(old != null && old.stamp().equals(stamp) ? old : entry(Run.read(run), name, stamp));
        } catch (NoSuchFileException e) {
            complaints.put(
                    name,
                    run + " is left out: it has no " + Path.of(e.getFile()).getFileName()
                            + ": finish it with run --resume, or move its folder away.");
        } catch (IOException e) {
            complaints.put(name, run + " is left out: " + FileErrors.message(e) + " cannot be read.");
        } catch (IllegalArgumentException e) {
            complaints.put(name, run + " is left out: " + e.getMessage());
        }
        return Optional.empty();
    }

    private static String stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.size() + "@" + attributes.lastModifiedTime().toMillis();
    }

    private static String stampIfThere(Path file) throws IOException {
        return Files.exists(file) ? " " + stamp(file) : "";
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
                run.plan().skipped().stream()
                        .map(skip -> oneLine(skip.target() + ": " + skip.reason()))
                        .distinct()
                        .collect(Collectors.joining("; ")),
                List.copyOf(points.values()),
                run.absences().stream()
                        .map(absence ->
                                new Absent(absence.row().title(), absence.jvm().label(), oneLine(absence.reason())))
                        .toList());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /** What the index holds; nothing if it is absent, damaged or of another version, because it can be rebuilt. */
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

    /** @param names each distinct name once, because all runs share them */
    private static Entry parse(String head, BufferedReader in, Map<String, String> names) throws IOException {
        String[] parts = fields(head);
        List<Point> points = new ArrayList<>();
        for (int i = Integer.parseInt(parts[7]); i > 0; i--) {
            String[] point = fields(in.readLine());
            points.add(new Point(
                    names.computeIfAbsent(point[0], name -> name),
                    names.computeIfAbsent(point[1], name -> name),
                    Double.parseDouble(point[2])));
        }
        List<Absent> absent = new ArrayList<>();
        for (int i = Integer.parseInt(parts[8]); i > 0; i--) {
            String[] row = fields(in.readLine());
            absent.add(new Absent(
                    names.computeIfAbsent(row[0], name -> name), names.computeIfAbsent(row[1], name -> name), row[2]));
        }
        return new Entry(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], points, absent);
    }

    /** The fields of a line; names of folders and arguments of JVMs may hold tabs and line ends. */
    private static String[] fields(String line) {
        return Stream.of(line.split(TAB, -1)).map(String::translateEscapes).toArray(String[]::new);
    }

    private static String line(Object... fields) {
        return Stream.of(fields).map(HistoryIndex::escaped).collect(Collectors.joining(TAB, "", "\n"));
    }

    private static String escaped(Object field) {
        return field.toString()
                .replace("\\", "\\\\")
                .replace(TAB, "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    /** Writes the index, or says why not. */
    private Optional<String> store(List<Entry> entries) {
        Path file = folder.resolve(NAME);
        try {
            new AtomicFile(file).write(out -> write(entries, out));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("the index " + file + " cannot be written (" + e.getMessage()
                    + "): no result is lost, and all runs are read again next time.");
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
        out.write(line(
                entry.folder(),
                entry.stamp(),
                entry.capturedAt(),
                entry.clock(),
                entry.commit(),
                entry.machine(),
                entry.skipped(),
                entry.points().size(),
                entry.absent().size()));
        for (Point point : entry.points()) {
            out.write(line(point.row(), point.jvm(), point.seconds()));
        }
        for (Absent row : entry.absent()) {
            out.write(line(row.row(), row.jvm(), row.reason()));
        }
    }
}
