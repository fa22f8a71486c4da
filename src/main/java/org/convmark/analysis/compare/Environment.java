package org.convmark.analysis.compare;

import static org.convmark.analysis.compare.Subject.COMMIT;
import static org.convmark.analysis.compare.Subject.FLAGS;
import static org.convmark.analysis.compare.Subject.JVM;
import static org.convmark.analysis.compare.Subject.MACHINE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.convmark.analysis.compare.EnvironmentFact.Weight;
import org.convmark.machine.Fact;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.machine.VariableFamily;
import org.convmark.model.Target;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * How a run was measured.
 *
 * @param traits by name, in reading order
 */
record Environment(Map<String, EnvironmentFact> traits) {
    private static final long GIB = 1L << 30;

    static Environment of(Run run) {
        Environment environment = new Environment(new LinkedHashMap<>());
        environment.addMachine(run.machine().before());
        environment.addProgram(run);
        environment.addJvms(run);
        environment.addTargets(run);
        return environment;
    }

    private void addMachine(Machine machine) {
        Set<Subject> subjects = Set.of(MACHINE);
        Machine.Cpu cpu = machine.cpu();
        refused(
                "processor",
                text(cpu.model()) + ", family " + text(cpu.family()) + ", model " + text(cpu.modelNumber()),
                subjects);
        refused("logical cores", text(cpu.logicalCores()), subjects);
        refused("clock governor", text(cpu.governor()), subjects);
        refused("clock boost", text(cpu.boost()), subjects);
        refused("hypervisor", text(cpu.hypervisor()), subjects);
        refused(
                "processors allowed",
                text(machine.limits().cpus()) + " of " + text(machine.limits().cpuset()),
                subjects);
        refused("memory", text(machine.memory().totalBytes().map(bytes -> (bytes + GIB / 2) / GIB + " GiB")), subjects);
        shown("kernel", text(machine.os().kernel()), subjects);
        shown("address randomisation", text(machine.os().addressRandomisation()), subjects);
        shown("huge pages", text(machine.memory().transparentHugePages()), subjects);
        shown("load before the run", text(machine.os().loadAverage()), subjects);
        machine.variables().optional().ifPresent(this::addVariables);
    }

    /** Runs of versions that did not record variables differ in none. */
    private void addVariables(Map<String, String> variables) {
        VariableFamily.byFamily(variables)
                .forEach((family, own) -> shown(
                        "variables of " + family.reader(),
                        own.isEmpty()
                                ? "none"
                                : own.entrySet().stream()
                                        .map(Map.Entry::toString)
                                        .collect(Collectors.joining(" ")),
                        Set.of(FLAGS)));
    }

    private void addProgram(Run run) {
        Machine.Checkout checkout = run.machine().before().checkout();
        refused("commit", text(checkout.commit()), Set.of(COMMIT));
        refused("uncommitted changes", text(checkout.dirty()), Set.of(COMMIT));
        refused("JMH", distinct(run, Measurement::jmhVersion), Set.of());
        shown("profile", String.valueOf(run.plan().profile()), Set.of());
    }

    private void addJvms(Run run) {
        refused(
                "JVM",
                distinct(run, row -> row.jvm().version() + " " + row.jvm().name()),
                Set.of(JVM));
        refused("JVM arguments", distinct(run, row -> row.jvm().flags()), Set.of(FLAGS));
        Set<Subject> subjects = Set.of(MACHINE, JVM, FLAGS);
        refused(
                "JVM build",
                probed(run, probe -> probe.jvm().vendor() + " " + probe.jvm().runtimeVersion()),
                Set.of(JVM));
        refused("vector species", probed(run, probe -> text(probe.jvm().speciesBits()) + " bits"), subjects);
        refused("UseAVX", probed(run, probe -> text(probe.jvm().useAvx())), subjects);
        refused(
                "garbage collector",
                probed(run, probe -> String.join(", ", probe.jvm().collectors())),
                subjects);
    }

    /** What each target that was measured ran on. */
    private void addTargets(Run run) {
        List<Target> targets = run.measurements().stream()
                .flatMap(row -> row.target().stream())
                .distinct()
                .sorted(Comparator.comparing(Target::name))
                .toList();
        for (Target target : targets) {
            refused(
                    target.name(),
                    probed(run, probe -> probe.target(target.name())
                            .map(state -> text(state.description()))
                            .orElse("?")),
                    switch (target.kind()) {
                        case DEVICE -> Set.of(MACHINE);
                        case JAVA -> Set.of(MACHINE, JVM, FLAGS);
                        case LIBRARY -> Set.of(MACHINE, COMMIT);
                    });
        }
    }

    private void refused(String name, String value, Set<Subject> subjects) {
        traits.put(name, new EnvironmentFact(name, value, subjects, Weight.REFUSED));
    }

    private void shown(String name, String value, Set<Subject> subjects) {
        traits.put(name, new EnvironmentFact(name, value, subjects, Weight.SHOWN));
    }

    private static String distinct(Run run, Function<Measurement, String> trait) {
        String values =
                run.measurements().stream().map(trait).distinct().sorted().collect(Collectors.joining(", "));
        return values.isEmpty() ? "none" : values;
    }

    /** What the probes of the measuring JVMs report. */
    private static String probed(Run run, Function<Probe, String> trait) {
        Set<String> paths =
                run.measurements().stream().map(row -> row.jvm().path()).collect(Collectors.toSet());
        return run.machine().jvms().stream()
                .filter(probe -> paths.contains(probe.jvm().path()))
                .map(trait)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String text(Fact<?> fact) {
        return fact.known() ? String.valueOf(fact.value()) : "not known";
    }

    /** Traits that both have and that differ. */
    List<Difference> differences(Environment that) {
        return unlike(that, Set.of()).stream()
                .map(trait -> difference(that, trait))
                .toList();
    }

    /** Traits that both have and that must not differ, but do. */
    List<Difference> obstacles(Environment that, Set<Subject> subjects) {
        return unlike(that, subjects).stream()
                .filter(trait -> trait.weight() == Weight.REFUSED)
                .map(trait -> difference(that, trait))
                .toList();
    }

    private List<EnvironmentFact> unlike(Environment that, Set<Subject> subjects) {
        List<EnvironmentFact> unlike = new ArrayList<>();
        for (EnvironmentFact trait : traits.values()) {
            EnvironmentFact other = that.traits.get(trait.name());
            boolean excused = trait.subjects().stream().anyMatch(subjects::contains);
            if (other != null && !excused && !trait.value().equals(other.value())) {
                unlike.add(trait);
            }
        }
        return unlike;
    }

    private Difference difference(Environment that, EnvironmentFact trait) {
        return new Difference(
                trait.name(), trait.value(), that.traits.get(trait.name()).value());
    }
}
