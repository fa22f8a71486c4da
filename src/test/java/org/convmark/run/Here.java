package org.convmark.run;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.machine.Capture;
import org.convmark.machine.Fact;
import org.convmark.machine.Jvm;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.model.Target;

/** Made-up surroundings of a plan, on the machine of the test. */
final class Here {
    private static final Machine MACHINE = Machine.capture();

    /** Before a run. */
    static final Capture CAPTURE = new Capture(MACHINE, null, List.of());

    private Here() {}

    static Host with(Probe... probes) {
        Map<JvmSetup, Probe> asked = new LinkedHashMap<>();
        Stream.of(probes).forEach(probe -> asked.put(JvmSetup.of(probe.jvm(), List.of(), Overrides.NONE), probe));
        return new Host(MACHINE, asked, null, "jar");
    }

    /** A JVM that runs these targets, with a heap of 4 GiB. */
    static Probe jvm(String version, Target... available) {
        return jvm(version, List.of(available));
    }

    /** A JVM that runs OPENCL alone, on a device that says this of itself. */
    static Host on(String device) {
        Probe all = jvm("21", Target.OPENCL);
        List<TargetState> targets = all.targets().stream()
                .map(state -> state.available() ? new TargetState(state.target(), Fact.of(device, "test")) : state)
                .toList();
        return with(new Probe(all.jvm(), targets, all.devices(), all.shortVectors()));
    }

    static Probe jvm(String version, Collection<Target> available) {
        Fact<Integer> unknown = Fact.missing("not asked");
        Jvm jvm = new Jvm(
                "/jvm/" + version,
                version,
                "vendor",
                "VM",
                version + "+1",
                List.of(),
                Fact.of("C2", "test"),
                unknown,
                unknown,
                Fact.missing("not asked"),
                List.of(),
                4L << 30,
                unknown);
        List<TargetState> targets = Stream.of(Target.values())
                .map(target -> new TargetState(
                        target.name(),
                        available.contains(target)
                                ? Fact.of(target + " here", "test")
                                : Fact.missing("no " + target + " here")))
                .toList();
        return new Probe(jvm, targets, Fact.missing("not asked"), Fact.missing("not asked"));
    }
}
