package org.convmark.fleet;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.convmark.fleet.Task.Node;
import org.convmark.io.Choices;
import org.convmark.io.FileErrors;
import org.convmark.io.InputError;
import org.convmark.jvm.Overrides;
import org.convmark.run.Host;
import org.convmark.run.Parameters;
import org.convmark.run.Profile;
import org.convmark.run.Selection;

/** Tasks as a CSV file (RFC 4180, UTF-8): a header that names the columns, and one line per task. */
public final class Matrix {
    private static final List<String> REQUIRED = List.of("constraint", "jvm", "group");
    private static final List<String> OPTIONAL =
            List.of("gres", "exclusive", "profile", "jvm-args", "vector-bits", "schedule", "parameters");
    private static final Choices COLUMNS = new Choices(
            "column", Stream.concat(REQUIRED.stream(), OPTIONAL.stream()).toList());

    private final Path file;
    private final List<String> header;
    private final List<Task> tasks = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    private Matrix(Path file, List<String> header) {
        this.file = file;
        this.header = header;
    }

    /**
     * Reads the tasks.
     *
     * @throws InputError with one sentence per faulty line
     */
    public static List<Task> read(Path file) {
        List<CsvRecord> lines = lines(file);
        if (lines.isEmpty()) {
            throw new InputError(file + " is empty: start it with a header such as " + String.join(",", REQUIRED)
                    + ", followed by one line per task.");
        }
        CsvRecord first = lines.get(0);
        Matrix matrix =
                new Matrix(file, first.getFields().stream().map(String::strip).toList());
        matrix.check(first.getStartingLineNumber(), matrix::checkHeader);
        if (matrix.errors.isEmpty()) {
            lines.subList(1, lines.size())
                    .forEach(line -> matrix.check(line.getStartingLineNumber(), () -> matrix.add(line)));
        }
        if (!matrix.errors.isEmpty()) {
            throw new InputError(String.join(System.lineSeparator(), matrix.errors));
        }
        if (matrix.tasks.isEmpty()) {
            throw new InputError(file + " holds no task: write one per line below the header.");
        }
        return List.copyOf(matrix.tasks);
    }

    private static List<CsvRecord> lines(Path file) {
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .commentStrategy(CommentStrategy.SKIP)
                .detectBomHeader(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(file)) {
            return reader.stream().toList();
        } catch (CsvParseException e) {
            String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
            throw new InputError(file + " is not a CSV file (" + e.getMessage() + cause
                    + "): put values with commas or quotes in double quotes.");
        } catch (UncheckedIOException e) {
            throw unreadable(file, e.getCause());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InputError unreadable(Path file, IOException e) {
        return new InputError("cannot read the matrix " + file + " (" + FileErrors.reason(e)
                + "): give a CSV file with one task per line.");
    }

    private void check(long line, Runnable part) {
        try {
            part.run();
        } catch (InputError e) {
            errors.add(file + " line " + line + ": " + e.getMessage());
        }
    }

    private void checkHeader() {
        Set<String> seen = new HashSet<>();
        for (String name : header) {
            if (!seen.add(COLUMNS.require(name))) {
                throw new InputError("the column '" + name + "' appears twice: remove one.");
            }
        }
        List<String> missing =
                REQUIRED.stream().filter(name -> !seen.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new InputError("the header has no column " + String.join(", ", missing) + ": it needs "
                    + String.join(", ", REQUIRED) + " (their values may be empty), and may have "
                    + String.join(", ", OPTIONAL) + ".");
        }
    }

    private void add(CsvRecord line) {
        if (line.getFieldCount() != header.size()) {
            throw new InputError("it has " + line.getFieldCount() + " values, but the header names " + header.size()
                    + " columns: put values with commas in double quotes.");
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            String value = line.getField(i).strip();
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw new InputError(
                        header.get(i) + " holds a line break or another control character: write it in " + "one line.");
            }
            if (!value.isEmpty()) {
                values.put(header.get(i), value);
            }
        }
        Node node = new Node(values.get("constraint"), values.get("gres"), exclusive(values.get("exclusive")));
        Task task = new Task(
                tasks.size() + 1,
                (int) line.getStartingLineNumber(),
                node,
                values.get("jvm"),
                values.get("group"),
                values.get("profile"),
                values.get("jvm-args"),
                overrides(values.get("vector-bits"), values.get("schedule")),
                values.containsKey("parameters")
                        ? List.of(values.get("parameters").split("\\s+"))
                        : List.of());
        check(task);
        tasks.add(task);
    }

    private static Overrides overrides(String bits, String schedule) {
        try {
            return Overrides.parse(bits, schedule);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    private static boolean exclusive(String value) {
        if (value == null || value.equals("no")) {
            return false;
        }
        if (value.equals("yes")) {
            return true;
        }
        throw new InputError("exclusive is '" + value + "': write yes, no or nothing.");
    }

    /** Checks what can be checked without the node. */
    private static void check(Task task) {
        if (task.jvm() != null && !task.jvm().startsWith("/")) {
            throw new InputError(
                    "jvm is '" + task.jvm()
                            + "': give the full path of a JDK or a java executable on the node, or nothing for the node's own.");
        }
        if (task.jvmArgs() != null) {
            checkArguments(task.jvmArgs());
        }
        Parameters parameters = new Parameters(task.parameters());
        Profile profile = task.profile() == null ? Profile.QUICK : Profile.named(task.profile());
        if (task.group() != null) {
            Selection.of(profile, task.group(), parameters, Set.of());
        }
    }

    private static void checkArguments(String words) {
        if (!words.startsWith("-")) {
            throw new InputError("jvm-args is '" + words + "': arguments of a JVM begin with '-'.");
        }
        Host.arguments(words);
    }
}
