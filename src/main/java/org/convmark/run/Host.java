package org.convmark.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.convmark.io.InputError;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.results.Row;
import org.convmark.run.Plan.PlannedJvm;

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

    /** The JVMs, labelled by version and the user's choices; equal labels are numbered. */
    List<PlannedJvm> jvms() {
        Map<String, PlannedJvm> jvms = new LinkedHashMap<>();
        probes.forEach((setup, said) -> {
            String label = setup.id();
            for (int n = 2; jvms.containsKey(label); n++) {
                label = setup.id() + "-" + n;
            }
            jvms.put(label, PlannedJvm.of(label, setup, said));
        });
        return List.copyOf(jvms.values());
    }

    MemoryNeed memory() {
        return MemoryNeed.of(
                machine,
                probes.values().stream()
                        .mapToLong(said -> said.jvm().maxHeapBytes())
                        .min()
                        .orElse(Long.MAX_VALUE));
    }

    /** Why a row cannot be measured here, empty if it can. */
    Optional<String> obstacle(Row row) {
        return row.what().refusal().or(() -> unavailable(row));
    }

    private Optional<String> unavailable(Row row) {
        JvmSetup setup = jvms().stream()
                .filter(jvm -> jvm.label().equals(row.jvm()))
                .findFirst()
                .orElseThrow()
                .setup();
        return probes.get(setup)
                .target(row.target().name())
                .filter(state -> !state.available())
                .map(state -> state.description().missing());
    }

    /** @throws InputError if the plan was made for another build, JVM or device: results would not be comparable */
    public void requireSameAs(Plan plan) {
        if (!jar.equals(plan.jar())) {
            throw new InputError("this run was begun with another build of Convmark, and results of two builds "
                    + "cannot be mixed: resume it with that build, or start a new run.");
        }
        List<PlannedJvm> jvms = jvms();
        for (int i = 0; i < jvms.size(); i++) {
            PlannedJvm then = plan.jvms().get(i);
            PlannedJvm now = jvms.get(i);
            if (!now.build().equals(then.build())) {
                throw new InputError("the JVM " + then.setup().path() + " was " + then.build()
                        + " when this run was begun and " + "is " + now.build() + " now: start a new run.");
            }
            then.expected().forEach((target, text) -> {
                if (!text.equals(now.expected().get(target))) {
                    throw new InputError(target + " ran on \"" + text + "\" when this run was begun, and "
                            + (now.expected().containsKey(target)
                                    ? "runs on \"" + now.expected().get(target) + "\" now"
                                    : "is not available now")
                            + ": make it available again, or start a new run.");
                }
            });
            if (!Objects.equals(now.shortVectors(), then.shortVectors())) {
                throw new InputError(
                        "short vectors were " + (then.shortVectors() == null ? "slower" : "as fast as long ones")
                                + " when this run was begun, and are "
                                + (now.shortVectors() == null ? "slower" : "as fast as long ones")
                                + " now: try again, or start a new run.");
            }
        }
    }
}
