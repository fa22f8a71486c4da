package org.convmark.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.io.InputError;
import org.convmark.machine.Jvm;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.results.Row;
import org.convmark.run.Plan.JvmOfPlan;

/**
 * Where a plan is made.
 *
 * @param configurations JVMs, each as often as there are arguments for it
 * @param device part of the name of an OpenCL device, or null
 * @param jar digest of the program that measures
 */
public record Host(Machine machine, List<Configuration> configurations, String device, String jar) {
    /** The JVMs, labelled by version and arguments; equal ones are numbered. */
    List<JvmOfPlan> jvms() {
        Map<String, JvmOfPlan> jvms = new LinkedHashMap<>();
        for (Configuration one : configurations) {
            String label = one.label();
            for (int n = 2; jvms.containsKey(label); n++) {
                label = one.label() + "-" + n;
            }
            Jvm jvm = one.probe().jvm();
            jvms.put(
                    label,
                    new JvmOfPlan(
                            label,
                            jvm.path(),
                            one.arguments(),
                            jvm.runtimeVersion(),
                            expected(one.probe()),
                            one.probe().shortVectors().value()));
        }
        return List.copyOf(jvms.values());
    }

    private static Map<String, String> expected(Probe probe) {
        return probe.targets().stream()
                .filter(TargetState::available)
                .collect(Collectors.toMap(
                        TargetState::target, state -> state.description().value()));
    }

    MemoryNeed memory() {
        return MemoryNeed.of(
                machine,
                configurations.stream()
                        .mapToLong(one -> one.probe().jvm().maxHeapBytes())
                        .min()
                        .orElse(Long.MAX_VALUE));
    }

    /** Why a row cannot be measured here, empty if it can. */
    Optional<String> obstacle(Row row) {
        return row.what().refusal().or(() -> unavailable(row));
    }

    private Optional<String> unavailable(Row row) {
        int jvm = jvms().stream().map(JvmOfPlan::label).toList().indexOf(row.jvm());
        return configurations
                .get(jvm)
                .probe()
                .target(row.target().name())
                .filter(state -> !state.available())
                .map(state -> state.description().missing());
    }

    /** @throws InputError if this is not where a plan was made: its results would not belong together */
    public void requireSameAs(Plan plan) {
        if (!jar.equals(plan.jar())) {
            throw new InputError("this run was begun with another build of Convmark, and results of two builds do not "
                    + "belong together: resume it with that build, or start a new run.");
        }
        List<JvmOfPlan> jvms = jvms();
        for (int i = 0; i < jvms.size(); i++) {
            JvmOfPlan then = plan.jvms().get(i);
            JvmOfPlan now = jvms.get(i);
            if (!now.version().equals(then.version())) {
                throw new InputError("the JVM " + then.path() + " was " + then.version()
                        + " when this run was begun and " + "is " + now.version() + " now: start a new run.");
            }
            then.expected().forEach((target, text) -> {
                if (!text.equals(now.expected().get(target))) {
                    throw new InputError(target + " ran on \"" + text + "\" when this run was begun, and "
                            + (now.expected().containsKey(target)
                                    ? "runs on \"" + now.expected().get(target) + "\" now"
                                    : "is not available now")
                            + ": bring it back, or start a new run.");
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
