package org.convmark.run;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Machine;
import org.convmark.model.Algorithm;
import org.convmark.model.AxisPoint;
import org.convmark.model.Case;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Row;
import org.convmark.results.Skipped;
import org.convmark.results.StoredPlan.PlannedJvm;

/**
 * What the user chose: a profile, some of its benchmarks, other parameter values.
 *
 * @param workloads full names of the benchmark classes of stacks and networks
 * @param roofs full names of the benchmark classes of roofs
 * @param peers targets measured in addition to those of the parameters
 */
public record Selection(
        Profile profile, Parameters parameters, List<String> workloads, List<String> roofs, Set<Target> peers) {
    /** All that a profile measures. */
    public static Selection of(Profile profile, Parameters parameters, Set<Target> peers) {
        List<String> workloads = Suite.workloads().stream()
                .filter(name -> profile.measures(Suite.workload(name)))
                .toList();
        return new Selection(profile, parameters, workloads, Suite.roofs(), peers);
    }

    /**
     * Chooses the benchmarks that a regular expression matches, including those that the profile leaves out. Roofs are part of every run,
     * because times mean little without them; an expression that matches only roofs chooses only those.
     *
     * @param include searched for in the full name, {@code org.convmark.bench.pattern.PlainBenchmark.run}
     * @throws InputError if it is not a regular expression or matches nothing
     */
    public static Selection of(Profile profile, String include, Parameters parameters, Set<Target> peers) {
        Predicate<String> chosen = search(include);
        List<String> workloads = Suite.workloads().stream().filter(chosen).toList();
        List<String> roofs = Suite.roofs().stream().filter(chosen).toList();
        if (workloads.isEmpty() && roofs.isEmpty()) {
            Choices known = new Choices("benchmark", Suite.labels());
            throw new InputError("no benchmark matches '" + include + "': did you mean '" + known.nearest(include)
                    + "'? Known are " + String.join(", ", known.names()) + ".");
        }
        return new Selection(profile, parameters, workloads, workloads.isEmpty() ? roofs : Suite.roofs(), peers);
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
     * Plans what was chosen.
     *
     * @throws InputError if none of it can be measured here, or a stack does not fit into memory
     */
    public Plan plan(Host here, MeasurementSettings effort) {
        List<PlannedJvm> jvms = here.jvms();
        List<Row> all =
                rows(here.machine(), jvms.stream().map(PlannedJvm::label).toList());
        Map<String, JvmSetup> setups = here.labelled();
        MemoryNeed memory = here.memory();
        memory.check(all.stream().map(Row::what).toList());
        List<Row> rows = new ArrayList<>();
        Map<Skipped, Integer> skipped = new LinkedHashMap<>();
        for (Row row : all) {
            here.obstacle(row.what(), setups.get(row.jvm()))
                    .or(() -> memory.obstacle(row.what()))
                    .or(() -> row.what().fault())
                    .map(reason -> new Skipped(row.jvm(), row.target().name(), reason, 1))
                    .ifPresentOrElse(one -> skipped.merge(one, 1, Integer::sum), () -> rows.add(row));
        }
        if (rows.stream().allMatch(row -> row.isRoof() && !workloads.isEmpty())) {
            throw new InputError("none of this can be measured here: "
                    + skipped.keySet().stream()
                            .map(one -> one.target() + " on JVM " + one.jvm() + ", because " + one.reason())
                            .collect(Collectors.joining("; "))
                    + ".");
        }
        return new Plan(
                Plan.FORMAT,
                here.jar(),
                profile.label(),
                effort,
                here.device(),
                jvms,
                rows,
                skipped.entrySet().stream()
                        .map(e -> e.getKey().times(e.getValue()))
                        .toList());
    }

    /** Rows in order for JVMs with these labels: roofs first, then targets side by side at each point of a workload. */
    List<Row> rows(Machine machine, List<String> jvms) {
        List<Row> rows = new ArrayList<>();
        for (String roof : roofs) {
            for (Map<Parameter, String> params : roofParams(roof, machine)) {
                jvms.forEach(jvm -> rows.add(new Row(jvm, read(roof, params))));
            }
        }
        for (String workload : workloads) {
            Workload measured = Suite.workload(workload);
            for (Map<Parameter, String> point : points(measured)) {
                List<Case> cases = variants(measured, point).stream()
                        .map(params -> read(workload, params))
                        .toList();
                jvms.forEach(jvm -> cases.forEach(one -> rows.add(new Row(jvm, one))));
            }
        }
        return rows;
    }

    /** The case of a benchmark class with a value for each of its parameters. */
    public static Case read(String benchmark, Map<Parameter, String> params) {
        return Case.of(
                benchmark,
                params.entrySet().stream()
                        .collect(Collectors.toMap(param -> param.getKey().key(), Map.Entry::getValue)));
    }

    private List<Target> targets(List<Target> usual) {
        List<String> own = strings(usual);
        return Stream.concat(parameters.get(Parameter.TARGET, own).stream().map(Target::valueOf), peers.stream())
                .distinct()
                .toList();
    }

    /**
     * Extents of a workload and numbers of threads: all combinations if the user chose any extent, otherwise those that the profile
     * measures.
     */
    public List<Map<Parameter, String>> points(Workload workload) {
        Map<Parameter, List<String>> values = new LinkedHashMap<>();
        workload.extents().forEach(name -> values.put(name, parameters.get(name, profile.usual(workload, name))));
        values.put(Parameter.WORKERS, parameters.get(Parameter.WORKERS, profile.usual(Parameter.WORKERS)));
        boolean chosen = workload.extents().stream().anyMatch(parameters.chosen()::contains);
        return product(values).stream()
                .filter(point -> chosen || profile.measures(point))
                .toList();
    }

    /** What is compared at a point: targets side by side, each with its fusions and algorithms. */
    private List<Map<Parameter, String>> variants(Workload workload, Map<Parameter, String> point) {
        List<Map<Parameter, String>> variants = new ArrayList<>();
        for (Target target : targets(profile.targets(workload))) {
            Map<Parameter, List<String>> values = new LinkedHashMap<>();
            point.forEach((name, value) -> values.put(name, List.of(value)));
            values.put(Parameter.TARGET, List.of(target.name()));
            values.put(Parameter.FUSION, parameters.get(Parameter.FUSION, strings(profile.fusions(workload, target))));
            values.put(Parameter.ALGORITHM, parameters.get(Parameter.ALGORITHM, List.of(Algorithm.AUTO.name())));
            values.put(Parameter.AXIS, onAxes(workload, target));
            variants.addAll(product(values));
        }
        return variants;
    }

    /** Points of axes, after the graph that they are compared with. */
    private List<String> onAxes(Workload workload, Target target) {
        List<String> usual = strings(profile.points(workload, target));
        return Stream.concat(Stream.of(AxisPoint.NONE.toString()), parameters.get(Parameter.AXIS, usual).stream())
                .distinct()
                .toList();
    }

    private List<Map<Parameter, String>> roofParams(String benchmark, Machine machine) {
        Map<Parameter, List<String>> values = new LinkedHashMap<>();
        for (Parameter size : Case.Roof.sizes(benchmark)) {
            List<String> chosen = parameters.get(size, strings(profile.sizes(size, machine)));
            if (!chosen.isEmpty()) {
                values.put(size, chosen);
            }
        }
        values.put(Parameter.WORKERS, parameters.get(Parameter.WORKERS, profile.usual(Parameter.WORKERS)));
        values.put(Parameter.TARGET, strings(List.copyOf(roofTargets())));
        return product(values);
    }

    /** A target without a roof loop of its own is compared with the roof of the target on the same hardware. */
    private Set<Target> roofTargets() {
        Stream<Target> measured = workloads.isEmpty()
                ? targets(List.copyOf(Target.own())).stream()
                : workloads.stream()
                        .map(Suite::workload)
                        .flatMap(workload -> targets(profile.targets(workload)).stream());
        return measured.map(Target::roof).collect(Collectors.toCollection(() -> EnumSet.noneOf(Target.class)));
    }

    private static List<String> strings(List<?> values) {
        return values.stream().map(String::valueOf).toList();
    }

    /** All combinations, the last name varying fastest. */
    private static List<Map<Parameter, String>> product(Map<Parameter, List<String>> values) {
        List<Map<Parameter, String>> product = List.of(Map.of());
        for (Map.Entry<Parameter, List<String>> one : values.entrySet()) {
            List<Map<Parameter, String>> longer = new ArrayList<>();
            for (Map<Parameter, String> point : product) {
                for (String value : one.getValue()) {
                    Map<Parameter, String> next = new LinkedHashMap<>(point);
                    next.put(one.getKey(), value);
                    longer.add(next);
                }
            }
            product = longer;
        }
        return product;
    }
}
