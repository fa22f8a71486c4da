package org.convmark.run;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.convmark.kernel.Target;
import org.convmark.machine.Machine;
import org.convmark.model.Fusion;
import org.convmark.model.RoofLoop;
import org.convmark.run.Plan.JvmOfPlan;
import org.convmark.run.Plan.Skipped;

/**
 * What the user chose: a profile, a part of its benchmarks, other parameter values.
 *
 * @param workloads full names of the benchmark classes of patterns and blocks
 * @param roofs full names of the benchmark classes of roofs
 */
public record Selection(Profile profile, Parameters parameters, List<String> workloads, List<String> roofs) {
    private static final String COMPUTE_FLOPS = String.valueOf(RoofLoop.COMPUTE_FLOPS);

    /** Parameters that set the extent of a workload, and how many threads run it. */
    private static final List<String> AXES = List.of("depth", "width", "image", "batch", "workers");

    /**
     * Chooses the benchmarks that a regular expression finds. Roofs belong to every run, because times say little
     * without them; an expression that finds only roofs chooses those alone.
     *
     * @param include searched in the full name, {@code org.convmark.bench.pattern.PlainBenchmark.run}
     * @throws InputError if it is none or finds nothing
     */
    public static Selection of(Profile profile, String include, Parameters parameters) {
        Predicate<String> chosen = search(include);
        List<String> workloads = Suite.workloads().stream().filter(chosen).toList();
        List<String> roofs = Suite.roofs().stream().filter(chosen).toList();
        if (workloads.isEmpty() && roofs.isEmpty()) {
            Known known = new Known("benchmark", Suite.labels());
            throw new InputError("no benchmark matches '" + include + "': did you mean '" + known.nearest(include)
                    + "'? Known are " + String.join(", ", known.names()) + ".");
        }
        return new Selection(profile, parameters, workloads, workloads.isEmpty() ? roofs : Suite.roofs());
    }

    private static Predicate<String> search(String include) {
        try {
            Pattern pattern = Pattern.compile(include);
            return name -> pattern.matcher(name + ".run").find();
        } catch (PatternSyntaxException e) {
            throw new InputError("'" + include + "' is not a regular expression: " + e.getDescription() + ".");
        }
    }

    /**
     * The plan of what was chosen.
     *
     * @throws InputError if nothing of it can be measured here, or a network does not fit
     */
    public Plan plan(Circumstances here, Effort effort) {
        List<JvmOfPlan> jvms = here.jvms();
        List<Row> all = rows(here.machine(), jvms.stream().map(JvmOfPlan::label).toList());
        here.memory().check(all);
        Map<Boolean, List<Row>> rows = all.stream().collect(Collectors.partitioningBy(row -> jvms.stream()
                .anyMatch(j -> j.label().equals(row.jvm())
                        && j.expected().containsKey(row.target().name()))));
        List<Skipped> skipped = here.skipped(rows.get(false));
        if (rows.get(true).isEmpty()) {
            Skipped first = skipped.get(0);
            throw new InputError("nothing of this can be measured here: " + first.target() + " is not available on JVM "
                    + first.jvm() + " (" + first.reason() + ").");
        }
        return new Plan(
                Plan.FORMAT,
                here.jar(),
                profile.label(),
                effort,
                here.jvmArgs(),
                here.device(),
                jvms,
                rows.get(true),
                skipped);
    }

    /** Rows in order for JVMs of these labels: roofs first, then targets side by side at each point of a workload. */
    List<Row> rows(Machine machine, List<String> jvms) {
        List<Row> rows = new ArrayList<>();
        for (String roof : roofs) {
            for (Map<String, String> params : roofParams(roof, machine)) {
                jvms.forEach(jvm -> rows.add(new Row(jvm, roof, new TreeMap<>(params))));
            }
        }
        for (String workload : workloads) {
            for (Map<String, String> point : points()) {
                jvms.forEach(jvm -> variants(point).forEach(params -> rows.add(new Row(jvm, workload, params))));
            }
        }
        return rows;
    }

    private List<Target> targets() {
        List<String> all = Target.own().stream().map(Target::name).toList();
        return parameters.get("target", all).stream().map(Target::valueOf).toList();
    }

    /** Extents of the workloads, and numbers of threads. */
    List<Map<String, String>> points() {
        Map<String, List<String>> axes = new LinkedHashMap<>();
        AXES.forEach(name -> axes.put(name, parameters.get(name, profile.axis(name))));
        return product(axes);
    }

    private List<TreeMap<String, String>> variants(Map<String, String> point) {
        List<TreeMap<String, String>> variants = new ArrayList<>();
        for (Target target : targets()) {
            List<String> usual =
                    profile.fusions(target).stream().map(Fusion::name).toList();
            for (String fusion : parameters.get("fusion", usual)) {
                TreeMap<String, String> params = new TreeMap<>(point);
                params.put("target", target.name());
                params.put("fusion", fusion);
                variants.add(params);
            }
        }
        return variants;
    }

    private List<Map<String, String>> roofParams(String benchmark, Machine machine) {
        Map<String, List<String>> axes = new LinkedHashMap<>();
        if (benchmark.endsWith(Suite.MEMORY_ROOF)) {
            axes.put("loop", parameters.get("loop", strings(profile.loops())));
            axes.put(
                    "bytes",
                    parameters.get(
                            "bytes",
                            strings(profile.workingSets().stream()
                                    .map(set -> set.bytes(machine))
                                    .distinct()
                                    .toList())));
        } else {
            axes.put("flops", parameters.get("flops", List.of(COMPUTE_FLOPS)));
        }
        axes.put("workers", parameters.get("workers", profile.axis("workers")));
        axes.put("target", strings(List.copyOf(roofTargets())));
        return product(axes);
    }

    /** Plain Java is held against the roof of the Vector API: the same cores. */
    private Set<Target> roofTargets() {
        Set<Target> targets = EnumSet.noneOf(Target.class);
        targets().forEach(target -> targets.add(target == Target.SCALAR ? Target.VECTOR : target));
        return targets;
    }

    private static List<String> strings(List<?> values) {
        return values.stream().map(String::valueOf).toList();
    }

    /** All combinations, the last name varying fastest. */
    private static List<Map<String, String>> product(Map<String, List<String>> axes) {
        List<Map<String, String>> product = List.of(Map.of());
        for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> point : product) {
                for (String value : axis.getValue()) {
                    Map<String, String> next = new LinkedHashMap<>(point);
                    next.put(axis.getKey(), value);
                    longer.add(next);
                }
            }
            product = longer;
        }
        return product;
    }
}
