package org.convmark.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.convmark.io.InputError;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.kernel.Engine;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.model.Axis;
import org.convmark.model.Case;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.convmark.model.Target;
import org.convmark.results.StoredPlan.PlannedJvm;
import org.openjdk.jmh.util.Utils;

/**
 * The machine and JVMs that a plan is made for.
 *
 * @param probes the answer of each JVM, in order
 * @param device part of the name of an OpenCL device, or null
 * @param jar digest of the program that measures
 */
public record Host(Machine machine, Map<JvmSetup, Probe> probes, String device, String jar) {
    /** Keeps the order of the JVMs. */
    public Host {
        probes = Collections.unmodifiableMap(new LinkedHashMap<>(probes));
    }

    /**
     * Arguments of a JVM, as a user writes them in one text.
     *
     * @throws InputError if one of them has an option of its own
     */
    public static List<String> arguments(String words) {
        List<String> arguments = List.copyOf(Utils.splitQuotedEscape(words));
        arguments.stream().filter(Overrides::isProperty).findFirst().ifPresent(property -> {
            throw new InputError("the JVM argument " + property
                    + " has an option of its own: use --vector-bits N or --schedule step=N,chunk=N instead, which a "
                    + "fleet's matrix has as columns.");
        });
        return arguments;
    }

    /** The JVMs, labelled by version and the user's choices; equal labels are numbered. */
    List<PlannedJvm> jvms() {
        List<PlannedJvm> jvms = new ArrayList<>();
        labelled().forEach((label, setup) -> jvms.add(PlannedJvm.of(label, setup, probes.get(setup))));
        return jvms;
    }

    /** The JVMs by their labels. */
    Map<String, JvmSetup> labelled() {
        Map<String, JvmSetup> labelled = new LinkedHashMap<>();
        probes.keySet().forEach(setup -> {
            String label = setup.id();
            for (int n = 2; labelled.containsKey(label); n++) {
                label = setup.id() + "-" + n;
            }
            labelled.put(label, setup);
        });
        return labelled;
    }

    MemoryNeed memory() {
        return MemoryNeed.of(
                machine,
                probes.values().stream()
                        .mapToLong(said -> said.jvm().maxHeapBytes())
                        .min()
                        .orElse(Long.MAX_VALUE));
    }

    /** Why a case cannot be measured on one of the JVMs, empty if it can. */
    Optional<String> obstacle(Case what, JvmSetup jvm) {
        return what.refusal()
                .or(() -> saturates(what))
                .or(() -> unavailable(what.target(), jvm))
                .or(() -> lacksUnits(what, jvm));
    }

    /** A roof of numbers that no unit of the device multiplies. */
    private Optional<String> lacksUnits(Case what, JvmSetup jvm) {
        if (!(what instanceof Case.Roof roof) || roof.loop().format() == Precision.FP32) {
            return Optional.empty();
        }
        boolean halves = roof.loop() == RoofLoop.HALVES;
        String why = halves ? " has no unit that multiplies halves" : " multiplies floats in place of integers";
        return probes.get(jvm)
                .target(what.target().name())
                .flatMap(state -> state.description().optional())
                .map(EngineId::parse)
                .filter(engine -> engine.properties().stream()
                        .noneMatch(property -> property.startsWith(halves ? Engine.HALVES : Engine.GPU_KERNELS)))
                .map(engine -> engine.name() + why + ", so there is no roof of "
                        + roof.loop().format());
    }

    /** Engines multiply bytes as the processor does, right or not; our kernels do not. */
    private Optional<String> saturates(Case what) {
        boolean ofBytes = what instanceof Case.Work work
                && work.axis().axis() == Axis.PRECISION
                && work.axis().value().equals(Precision.INT8.name());
        return ofBytes && what.target().isPeer() && !machine.cpu().addsBytesExactly()
                ? Optional.of(
                        "without VNNI (avx512_vnni, avx_vnni) this processor adds products of bytes in 16 bits, where they "
                                + "saturate, so that results of " + what.target()
                                + " would be wrong: choose VECTOR or SCALAR, whose sums have 32 bits")
                : Optional.empty();
    }

    private Optional<String> unavailable(Target target, JvmSetup jvm) {
        return probes.get(jvm)
                .target(target.name())
                .filter(state -> !state.available())
                .map(state -> state.description().missing());
    }

    /**
     * Refuses to finish a run elsewhere: its results would not be comparable.
     *
     * @param begun the machine on which the plan's run was begun
     * @throws InputError if it has another build, machine, environment, JVM or device
     */
    public void requireSameAs(Plan plan, Machine begun) {
        if (!jar.equals(plan.jar())) {
            throw new InputError("this run was begun with another build of Convmark, and results of two builds "
                    + "cannot be mixed: resume it with that build, or start a new run.");
        }
        if (!machine.id().equals(begun.id())) {
            throw new InputError("this run was begun on the machine " + begun.id() + ", and this one is " + machine.id()
                    + ": resume it there, or start a new run.");
        }
        begun.variables()
                .optional()
                .ifPresent(then -> machine.variables().optional().ifPresent(now -> requireSame(then, now)));
        requireJvms(plan);
    }

    private static void requireSame(Map<String, String> then, Map<String, String> now) {
        Set<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            if (!Objects.equals(then.get(name), now.get(name))) {
                throw new InputError("the variable " + name + " was " + value(then.get(name))
                        + " when this run was begun and is " + value(now.get(name))
                        + " now: set it as it was, or start a new run.");
            }
        }
    }

    private static String value(String value) {
        return value == null ? "not set" : "\"" + value + "\"";
    }

    private void requireJvms(Plan plan) {
        List<PlannedJvm> jvms = jvms();
        for (int i = 0; i < jvms.size(); i++) {
            PlannedJvm then = plan.jvms().get(i);
            PlannedJvm now = jvms.get(i);
            if (!now.build().equals(then.build())) {
                throw new InputError("the JVM " + then.setup().path() + " was " + then.build()
                        + " when this run was begun and " + "is " + now.build() + " now: start a new run.");
            }
            then.expected()
                    .forEach((target, engine) ->
                            requireSame(target, engine, now.expected().get(target)));
            if (!Objects.equals(now.shortVectors(), then.shortVectors())) {
                throw new InputError(
                        "short vectors were " + (then.shortVectors() == null ? "slower" : "as fast as long ones")
                                + " when this run was begun, and are "
                                + (now.shortVectors() == null ? "slower" : "as fast as long ones")
                                + " now: try again, or start a new run.");
            }
        }
    }

    private static void requireSame(String target, EngineId then, EngineId now) {
        if (!then.equals(now)) {
            throw new InputError(target + " ran on "
                    + (now == null
                            ? "\"" + then + "\" when this run was begun, and is not available now"
                            : then.unlike(now) + " when this run was begun, and runs on " + now.unlike(then) + " now")
                    + ": make it available again, or start a new run.");
        }
    }
}
