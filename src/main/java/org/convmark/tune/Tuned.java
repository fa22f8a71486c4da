package org.convmark.tune;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.io.AtomicFile;
import org.convmark.io.FileErrors;
import org.convmark.io.InputError;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.convmark.run.Plan;

/**
 * The file {@code tuned.json}: what was searched on a machine, and what was found so far.
 *
 * @param format version of the file's format
 * @param machine its id
 * @param budgetMillis time for all rows
 * @param plan rows to search, and the program and JVMs that do
 * @param found rows that were searched, in order
 * @param failed rows whose search failed
 */
public record Tuned(
        @JsonProperty(required = true) int format,
        @JsonProperty(required = true) String machine,
        @JsonProperty(required = true) long budgetMillis,
        @JsonProperty(required = true) Plan plan,
        @JsonProperty(required = true) List<Entry> found,
        @JsonProperty(required = true) List<Failure> failed) {
    /** The name of the file in a run's folder. */
    public static final String NAME = "tuned.json";

    private static final int FORMAT = 1;

    /**
     * A row that was searched.
     *
     * @param finding null if the row has a single schedule
     */
    public record Entry(Row row, Finding finding) {}

    /** Copies the lists. */
    public Tuned {
        found = List.copyOf(found);
        failed = List.copyOf(failed);
    }

    /** Nothing was searched yet. */
    public static Tuned begin(String machine, long budgetMillis, Plan plan) {
        return new Tuned(FORMAT, machine, budgetMillis, plan, List.of(), List.of());
    }

    /**
     * Reads the file.
     *
     * @param file the file, or the folder that holds it
     * @throws InputError if it is none, damaged or of another version
     */
    public static Tuned read(Path file) {
        Path path = file.toFile().isDirectory() ? file.resolve(NAME) : file;
        try {
            Tuned tuned = Json.value(TextFile.read(path), Tuned.class);
            if (tuned.format() != FORMAT) {
                throw new InputError(path + " was written by another version of Convmark: tune again.");
            }
            tuned.fault().ifPresent(fault -> {
                throw damaged(path, fault);
            });
            return tuned;
        } catch (JsonProcessingException e) {
            throw damaged(path, JsonErrors.of(e));
        } catch (IOException e) {
            throw new InputError("cannot read " + path + " (" + FileErrors.reason(e) + "): give the " + NAME
                    + " that ./run.sh tune wrote, or its folder.");
        }
    }

    private static InputError damaged(Path path, String what) {
        return new InputError(path + " is damaged (" + what + "): tune again.");
    }

    private Optional<String> fault() {
        return plan.fault().or(() -> findings().stream().flatMap(Tuned::fault).findFirst());
    }

    private static Stream<String> fault(Finding finding) {
        try {
            ScheduleOverride.parse(finding.best());
            return Stream.of();
        } catch (IllegalArgumentException e) {
            return Stream.of(e.getMessage());
        }
    }

    /** Of the rows that have more than one schedule. */
    List<Finding> findings() {
        return found.stream().map(Entry::finding).filter(Objects::nonNull).toList();
    }

    /** Writes the file. */
    public void write(Path folder) throws IOException {
        new AtomicFile(folder.resolve(NAME))
                .write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this));
    }

    /** The same with another row that was searched. */
    Tuned with(Entry entry) {
        return new Tuned(format, machine, budgetMillis, plan, more(found, entry), failuresBeside(entry.row()));
    }

    /** The same with another row that failed. */
    Tuned with(Failure failure) {
        return new Tuned(format, machine, budgetMillis, plan, found, more(failuresBeside(failure.row()), failure));
    }

    private static <T> List<T> more(List<T> list, T one) {
        return Stream.concat(list.stream(), Stream.of(one)).toList();
    }

    private List<Failure> failuresBeside(Row row) {
        return failed.stream().filter(failure -> !failure.row().equals(row)).toList();
    }

    /** Rows that were not searched, or failed. */
    public List<Row> missing() {
        List<Row> searched = found.stream().map(Entry::row).toList();
        return plan.rows().stream().filter(row -> !searched.contains(row)).toList();
    }

    /**
     * Refuses to use what was found elsewhere.
     *
     * @param here id of this machine
     * @param jar digest of this program
     * @throws InputError if it was found on another machine or by another build
     */
    public void requireOf(String here, String jar) {
        if (!machine.equals(here)) {
            throw new InputError("--tuned cannot be used: it was tuned on the machine " + machine + ", and this one is "
                    + here + ": tune again here.");
        }
        if (!plan.jar().equals(jar)) {
            throw new InputError(
                    "--tuned cannot be used: it was tuned by another build of Convmark, whose kernels may differ: tune again.");
        }
    }

    /** The schedules that are faster than the planner's choice on some row. */
    public List<ScheduleOverride> schedules() {
        return findings().stream()
                .filter(Finding::isFaster)
                .map(Finding::choice)
                .distinct()
                .toList();
    }

    /**
     * Whether a row is to be measured on a JVM: each with the planner's choice, and those for which the JVM's schedule was found to be
     * faster.
     */
    public boolean wants(Row row, JvmSetup jvm) {
        ScheduleOverride schedule = jvm.overrides().schedule();
        return schedule == null
                || found.stream()
                        .filter(entry -> entry.finding() != null
                                && entry.finding().isFaster()
                                && entry.finding().choice().equals(schedule))
                        .map(Entry::row)
                        .anyMatch(searched -> searched.subject().equals(row.subject())
                                && plan.jvm(searched).setup().equals(planners(jvm)));
    }

    /** The JVM with the planner's choice. */
    private static JvmSetup planners(JvmSetup jvm) {
        return new JvmSetup(
                jvm.version(),
                jvm.name(),
                jvm.path(),
                jvm.arguments(),
                new Overrides(jvm.overrides().vectorBits(), null));
    }
}
