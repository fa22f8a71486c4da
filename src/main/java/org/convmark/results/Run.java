package org.convmark.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.io.FileErrors;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.jvm.TimedKernels;
import org.convmark.machine.Capture;
import org.convmark.machine.ForkArguments;
import org.convmark.machine.Jvm;
import org.convmark.machine.Probe;
import org.convmark.model.Case;
import org.convmark.model.Label;

/** The content of a run folder. Immutable. */
public final class Run {
    private static final String INDEX = "index";
    private static final String NOT_YET = "not measured yet";

    private final Path folder;
    private final Capture machine;
    private final StoredPlan plan;
    private final List<Measurement> measurements;
    private final List<Failure> failures;
    private final Optional<TimedKernels> timedKernels;
    /** In the order of their first rows. Every row of a report needs one, so they are made once. */
    private final Map<JvmSetup, String> labels = new LinkedHashMap<>();

    /**
     * @param folder where it lies
     * @param machine the machine before and after, and its JVMs
     * @param plan what was planned
     * @param measurements rows that are sound
     * @param failures rows that failed, and rows that cannot be used
     */
    public Run(Path folder, Capture machine, StoredPlan plan, List<Measurement> measurements, List<Failure> failures) {
        this(folder, machine, plan, measurements, failures, Optional.empty());
    }

    private Run(
            Path folder,
            Capture machine,
            StoredPlan plan,
            List<Measurement> measurements,
            List<Failure> failures,
            Optional<TimedKernels> timedKernels) {
        this.folder = folder;
        this.machine = machine;
        this.plan = plan;
        this.measurements = List.copyOf(measurements);
        this.failures = List.copyOf(failures);
        this.timedKernels = timedKernels;
        Map<String, Long> alike =
                jvmsOf(measurements).collect(Collectors.groupingBy(JvmSetup::label, Collectors.counting()));
        jvmsOf(measurements)
                .forEach(jvm -> labels.put(
                        jvm, alike.get(jvm.label()) == 1 ? jvm.label() : jvm.label() + " (" + jvm.path() + ")"));
    }

    private static Stream<JvmSetup> jvmsOf(List<Measurement> rows) {
        return rows.stream().map(Measurement::jvm).distinct();
    }

    /** Where it lies. */
    public Path folder() {
        return folder;
    }

    /** The machine before and after, and its JVMs. */
    public Capture machine() {
        return machine;
    }

    /** What was planned. */
    public StoredPlan plan() {
        return plan;
    }

    /** Rows that are sound. */
    public List<Measurement> measurements() {
        return measurements;
    }

    /**
     * The same rows, for what has no use without any.
     *
     * @throws IllegalArgumentException with one sentence if there are none
     */
    public List<Measurement> requireMeasurements() {
        if (measurements.isEmpty()) {
            throw new IllegalArgumentException(folder + " holds no measured row"
                    + absences().stream()
                            .findFirst()
                            .map(absence -> " (" + absence.sentence() + ")")
                            .orElse("")
                    + ": finish the run with --resume.");
        }
        return measurements;
    }

    /** Rows that failed, and rows that cannot be used. */
    public List<Failure> failures() {
        return failures;
    }

    /** The kernels that OpenCL chose by the clock of its device; empty if it chose none so. */
    public Optional<TimedKernels> timedKernels() {
        return timedKernels;
    }

    /**
     * Reads a run folder.
     *
     * @throws IllegalArgumentException with one sentence if jmh.json or machine.json is absent, or one of its files is
     *     damaged: which file, what is wrong, what to do
     */
    public static Run read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + " is not a folder: give the folder of a run.");
        }
        Capture machine = Capture.read(folder.resolve("machine.json"));
        StoredPlan plan = plan(folder);
        List<Measurement> sound = new ArrayList<>();
        List<Failure> failures = failures(folder);
        JmhJson.Content content = new JmhJson(folder.resolve("jmh.json")).read();
        failures.addAll(content.failures());
        List<Measurement> rows = withInherited(content.measurements(), machine);
        List<Optional<String>> faults =
                rows.parallelStream().map(Measurement::fault).toList();
        for (int i = 0; i < rows.size(); i++) {
            Measurement row = rows.get(i);
            faults.get(i).ifPresentOrElse(fault -> failures.add(failure(row, fault)), () -> sound.add(row));
        }
        return new Run(folder, machine, plan, sound, failures, TimedKernels.read(folder.resolve(TimedKernels.NAME)));
    }

    /** Adds to rows the options that their JVM took from the environment: JMH does not record them, but the JVM's probe does. */
    private static List<Measurement> withInherited(List<Measurement> rows, Capture machine) {
        Map<String, Set<String>> given = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> row.jvm().path(),
                        Collectors.flatMapping(row -> row.jvmArgs().stream(), Collectors.toSet())));
        Map<String, List<String>> inherited = new HashMap<>();
        given.forEach((path, arguments) -> inherited.put(path, inherited(machine, path, arguments)));
        return rows.stream()
                .map(row -> row.withInherited(inherited.get(row.jvm().path())))
                .toList();
    }

    /** Options that a JVM had in every probe although nobody passed them. */
    private static List<String> inherited(Capture machine, String path, Set<String> given) {
        return machine.jvms().stream()
                .filter(probe -> probe.jvm().path().equals(path))
                .map(probe -> ForkArguments.without(probe.jvm().inputFlags()))
                .reduce((some, others) -> some.stream().filter(others::contains).toList())
                .orElse(List.of())
                .stream()
                .filter(option -> !given.contains(option))
                .toList();
    }

    private static Failure failure(Measurement row, String fault) {
        Subject subject = Measurement.told(row.subject(), row.mode(), row.threads());
        return new Failure(new Row(row.jvm().label(), subject), fault, "");
    }

    /** Older versions kept the plan in the index. */
    private static StoredPlan plan(Path folder) {
        return Stream.of(folder.resolve("plan.json"), folder.resolve(INDEX).resolve("plan.json"))
                .filter(Files::exists)
                .findFirst()
                .map(file -> parse(file, StoredPlan.class))
                .orElse(StoredPlan.UNKNOWN);
    }

    /** Older versions kept each failure in a file of the index. */
    private static List<Failure> failures(Path folder) {
        List<Failure> failures = new ArrayList<>();
        Path kept = folder.resolve("failed.json");
        if (Files.exists(kept)) {
            failures.addAll(Arrays.asList(parse(kept, Failure[].class)));
        }
        if (failures.contains(null)) {
            throw damaged(kept, "it holds null", null);
        }
        Path index = folder.resolve(INDEX);
        if (Files.isDirectory(index)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(index, "*.failed.json")) {
                for (Path file : sorted(files)) {
                    failures.add(parse(file, Failure.class));
                }
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        index + " cannot be read (" + FileErrors.reason(e) + "): check its permissions.", e);
            }
        }
        return failures;
    }

    private static List<Path> sorted(DirectoryStream<Path> files) {
        List<Path> sorted = new ArrayList<>();
        files.forEach(sorted::add);
        sorted.sort(null);
        return sorted;
    }

    private static <T> T parse(Path file, Class<T> type) {
        try {
            T value = Json.MAPPER.readValue(TextFile.read(file), type);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException e) {
            throw damaged(file, JsonErrors.of(e), e);
        } catch (IOException e) {
            throw damaged(file, FileErrors.reason(e), e);
        }
        throw damaged(file, "it holds null", null);
    }

    private static IllegalArgumentException damaged(Path file, String what, IOException cause) {
        return new IllegalArgumentException(
                file + " is empty, cut short or damaged (" + what
                        + "): restore it from a copy, or measure again in a new run.",
                cause);
    }

    /** JVMs that were measured, in the order of their first rows. */
    public List<JvmSetup> jvms() {
        return List.copyOf(labels.keySet());
    }

    /** Rows of one JVM. */
    public List<Measurement> of(JvmSetup jvm) {
        return measurements.stream().filter(m -> m.jvm().equals(jvm)).toList();
    }

    /** The version and flags of a JVM that was measured, and its path if several JVMs share these. */
    public String label(JvmSetup jvm) {
        return labels.get(jvm);
    }

    /** Rows that failed or cannot be used, then planned rows that were not tried; each once. */
    public List<Absence> absences() {
        Map<String, JvmSetup> jvms = new HashMap<>();
        Map<RowOnJvm, String> reasons = new LinkedHashMap<>();
        failures.forEach(failure -> reasons.putIfAbsent(rowOnJvm(failure.row(), jvms), failure.error()));
        plan.rows().forEach(row -> reasons.putIfAbsent(rowOnJvm(row, jvms), NOT_YET));
        measurements.forEach(row -> reasons.remove(new RowOnJvm(row.label(), row.jvm())));
        return reasons.entrySet().stream()
                .map(e -> new Absence(e.getKey().row(), e.getKey().jvm(), e.getValue()))
                .toList();
    }

    /** What identifies a row in a run. */
    private record RowOnJvm(Label row, JvmSetup jvm) {}

    private RowOnJvm rowOnJvm(Row row, Map<String, JvmSetup> jvms) {
        return new RowOnJvm(row.subject().label(), jvms.computeIfAbsent(row.jvm(), this::jvm));
    }

    /** The number of planned rows that were neither measured nor failed. */
    public int outstanding() {
        return (int) absences().stream()
                .filter(absence -> absence.reason().equals(NOT_YET))
                .count();
    }

    /** The JVM with a label of the plan or of a failed row; its unknown parts are empty. */
    public JvmSetup jvm(String label) {
        return plan.jvm(label)
                .flatMap(planned -> probe(
                                jvm -> jvm.path().equals(planned.setup().path()))
                        .map(jvm -> identity(jvm, planned.setup())))
                .or(() -> measured(jvm -> jvm.label().equals(label)))
                .or(() -> measured(jvm -> label.isEmpty() || jvm.version().equals(label)))
                .or(() -> probe(jvm -> (label + " ").startsWith(jvm.version() + " "))
                        .map(jvm -> identity(jvm, label.substring(jvm.version().length()))))
                .orElseGet(() -> new JvmSetup(label, "", ""));
    }

    private static JvmSetup identity(Jvm jvm, String flags) {
        return JvmSetup.of(
                jvm, flags.isBlank() ? List.of() : List.of(flags.strip().split(" ")), Overrides.NONE);
    }

    private JvmSetup identity(Jvm jvm, JvmSetup planned) {
        Set<String> given = plan.jvms().stream()
                .map(StoredPlan.PlannedJvm::setup)
                .filter(setup -> setup.path().equals(jvm.path()))
                .flatMap(setup -> setup.arguments().stream())
                .collect(Collectors.toSet());
        return JvmSetup.of(jvm, planned.arguments(), planned.overrides()).with(inherited(machine, jvm.path(), given));
    }

    private Optional<JvmSetup> measured(Predicate<JvmSetup> which) {
        return labels.keySet().stream().filter(which).findFirst();
    }

    private Optional<Jvm> probe(Predicate<Jvm> which) {
        return machine.jvms().stream().map(Probe::jvm).filter(which).findFirst();
    }

    /** The same run, with the fastest pass of each fork as its sample; empty unless every row timed single passes. */
    public Optional<Run> byFastestPass() {
        List<Measurement> rows = measurements.stream()
                .flatMap(row -> row.byFastestPass().stream())
                .toList();
        return rows.size() < measurements.size()
                ? Optional.empty()
                : Optional.of(new Run(folder, machine, plan, rows, failures));
    }

    /** The command that measures a row again; "" if the benchmark is not Convmark's. */
    public String command(Measurement row) {
        Optional<Case> what = row.known();
        if (what.isEmpty()) {
            return "";
        }
        return new Reproduction(plan.profile(), row.jvm(), plan.device()).command(what.get());
    }
}
