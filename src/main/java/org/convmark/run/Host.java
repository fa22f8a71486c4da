package org.convmark.run;

import java.util.ArrayList;
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
import org.convmark.model.Case;
import org.convmark.model.Target;
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
        return what.refusal().or(() -> unavailable(what.target(), jvm));
    }

    private Optional<String> unavailable(Target target, JvmSetup jvm) {
        return probes.get(jvm)
                .target(target.name())
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
