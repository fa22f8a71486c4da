package org.convmark.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.ForkContract;
import org.convmark.jvm.TimedKernelsFile;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.kernel.VectorLength;
import org.convmark.model.Caches;
import org.convmark.model.Target;
import org.convmark.results.Reproduction;
import org.convmark.results.Row;
import org.convmark.results.Skipped;
import org.convmark.results.StoredPlan.PlannedJvm;

/**
 * What a run measures, in order, and all that is needed to resume it.
 *
 * @param format version of the file's format
 * @param jar digest of the program that measures
 * @param profile label of the profile that it was made from
 * @param device part of the name of an OpenCL device, or null
 * @param rows rows that can be measured here
 * @param skipped what cannot be measured here
 */
public record Plan(
        @JsonProperty(required = true) int format,
        @JsonProperty(required = true) String jar,
        @JsonProperty(required = true) String profile,
        @JsonProperty(required = true) MeasurementSettings effort,
        String device,
        @JsonProperty(required = true) List<PlannedJvm> jvms,
        @JsonProperty(required = true) List<Row> rows,
        @JsonProperty(required = true) List<Skipped> skipped) {
    /** The format that this program writes and reads. */
    public static final int FORMAT = 4;

    /** Copies the lists. */
    public Plan {
        Objects.requireNonNull(effort, "no effort");
        jvms = List.copyOf(jvms);
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
    }

    /** The same rows for another build. */
    public Plan of(OtherBuild other) {
        return new Plan(format, other.digest(), profile, effort, device, jvms, rows, skipped);
    }

    /** Why a plan that was read from a file cannot be resumed; empty if it is sound. */
    public Optional<String> fault() {
        if (effort.forks() < 1 || effort.iterations() < 1) {
            return Optional.of("it plans " + effort.forks() + " forks of " + effort.iterations() + " iterations");
        }
        Set<String> labels = jvms.stream().map(PlannedJvm::label).collect(Collectors.toSet());
        return rows.stream()
                .flatMap(row -> fault(row, labels).stream())
                .findFirst()
                .or(this::unlikely);
    }

    private Optional<String> fault(Row row, Set<String> labels) {
        if (row.subject().known().isEmpty()) {
            return Optional.of("this version of Convmark does not know " + row.title());
        }
        if (!labels.contains(row.jvm())) {
            return Optional.of("there is no JVM " + row.jvm());
        }
        return row.what().refusal().or(() -> row.what().fault()).or(() -> unfit(row));
    }

    private Optional<String> unfit(Row row) {
        PlannedJvm jvm = jvm(row);
        return jvm.build() != null && expected(row, jvm) != null
                ? Optional.empty()
                : Optional.of("it does not say on what JVM " + row.jvm() + " runs " + row.target());
    }

    /** Finds impossible totals, which come from damaged numbers; names no row, because many share a graph. */
    private Optional<String> unlikely() {
        Duration time = estimate();
        return time.isNegative() || workers(rows) < 0
                ? Optional.of("it would take " + time.toSeconds() + " s on " + workers(rows) + " threads")
                : Optional.empty();
    }

    /** The same with some of its rows. */
    public Plan where(Predicate<Row> wanted) {
        List<Row> some = rows.stream().filter(wanted).toList();
        return new Plan(format, jar, profile, effort, device, jvms, some, skipped);
    }

    /** The JVM of a row. */
    public PlannedJvm jvm(Row row) {
        return jvms.stream()
                .filter(j -> j.label().equals(row.jvm()))
                .findFirst()
                .orElseThrow();
    }

    /**
     * The contract of a row's forks on a machine with these caches.
     *
     * @param dump where OpenCL writes its programs, or null
     * @param kernels where OpenCL remembers the kernels that it timed, or null if it times none
     */
    public ForkContract contract(Row row, Caches caches, ProgramDump dump, TimedKernelsFile kernels) {
        PlannedJvm jvm = jvm(row);
        return new ForkContract(
                jvm.setup().arguments(),
                jvm.setup().overrides(),
                expected(row, jvm),
                device,
                caches,
                effort.warmUpMillis(),
                shortens(row, jvm)
                        ? Integer.valueOf(VectorLength.SHORT_BITS)
                        : jvm.setup().overrides().vectorBits(),
                dump,
                kernels);
    }

    /** The JVM arguments of a row's forks beside those of its contract: what is known of the processor. Older programs ignore them. */
    public List<String> ofProcessor(Row row) {
        PlannedJvm jvm = jvm(row);
        return jvm.shortVectors() == null || shortens(row, jvm)
                ? List.of()
                : List.of("-D" + VectorLength.HALVED + "=true");
    }

    /** What a row's target must report that it runs on. */
    private static EngineId expected(Row row, PlannedJvm jvm) {
        return shortens(row, jvm)
                ? jvm.shortVectors()
                : jvm.expected().get(row.target().name());
    }

    /** Whether a row is measured on vectors of half the length. */
    private static boolean shortens(Row row, PlannedJvm jvm) {
        return jvm.shortVectors() != null
                && !row.isRoof()
                && row.target() == Target.VECTOR
                && VectorLength.isShortBetter(row.work().problem().graph());
    }

    /** The command that measures only this row. */
    public String command(Row row) {
        return new Reproduction(profile, jvm(row).setup(), device).command(row.what());
    }

    /** The largest number of threads that any of these rows asks for. */
    public static int workers(List<Row> some) {
        return some.stream().mapToInt(row -> row.what().workers()).max().orElse(0);
    }

    /** Roughly how long each row takes. Many rows time the same graph, whose work is computed only once. */
    public Function<Row, Duration> estimates() {
        return new Estimate(effort)::of;
    }

    /** Roughly how long all rows take. */
    public Duration estimate() {
        return estimate(rows);
    }

    /** Roughly how long some of its rows take. */
    public Duration estimate(List<Row> some) {
        return some.stream().map(estimates()).reduce(Duration.ZERO, Duration::plus);
    }
}
