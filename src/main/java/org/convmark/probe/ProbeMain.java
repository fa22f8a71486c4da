package org.convmark.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.convmark.engine.Engines;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.opencl.DeviceInfo;
import org.convmark.kernel.opencl.OpenClDevices;
import org.convmark.machine.Device;
import org.convmark.machine.Fact;
import org.convmark.machine.Jvm;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.model.Target;

/**
 * Main class of a child JVM that describes itself. Prints its answer as one line of JSON, again each time it learns more, so that the
 * last line is valid even if a driver kills or hangs this JVM.
 */
public final class ProbeMain {
    private final Jvm jvm = Jvm.current();
    private final EngineOptions options;
    private final List<TargetState> states = new ArrayList<>();
    private Fact<List<Device>> devices = Fact.missing("the JVM ended before it was asked");

    private ProbeMain(EngineOptions options) {
        this.options = options;
        Arrays.stream(Target.values())
                .map(target -> new TargetState(target.name(), Fact.missing("the JVM ended before it was asked")))
                .forEach(states::add);
    }

    /** @param arguments part of the name of an OpenCL device, or nothing */
    public static void main(String[] arguments) {
        new ProbeMain(new EngineOptions(1, arguments.length == 0 ? null : arguments[0])).tellAll();
        // Drivers may hang or crash in their exit hooks, when everything is printed.
        Runtime.getRuntime().halt(0);
    }

    private void tellAll() {
        Target.own().forEach(this::ask);
        devices = Fact.missing("the JVM died or hung when OpenCL listed its devices");
        tell();
        devices = devices();
        tell();
        Target.peers().forEach(this::ask);
    }

    private void ask(Target target) {
        tell(target, Fact.missing("the JVM died or hung when its engine was opened"));
        tell(target, describe(target));
    }

    private void tell(Target target, Fact<String> description) {
        states.set(target.ordinal(), new TargetState(target.name(), description));
        tell();
    }

    /** Begins a new line: native libraries write to the same stream, not always whole lines. */
    private void tell() {
        System.out.println();
        System.out.println(new Probe(jvm, states, devices, Fact.missing("not asked")).json());
        System.out.flush();
    }

    private Fact<String> describe(Target target) {
        try {
            Optional<String> reason = Engines.unavailable(target, options);
            if (reason.isPresent()) {
                return Fact.missing(reason.get());
            }
            try (Engine engine = Engines.open(target, options)) {
                return Engines.unmeasurable(target)
                        .<Fact<String>>map(Fact::missing)
                        .orElseGet(() -> Fact.of(engine.describe(), "target " + target));
            }
        } catch (Exception | LinkageError e) {
            return Fact.missing(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private Fact<List<Device>> devices() {
        try {
            List<Device> devices =
                    OpenClDevices.all().stream().map(ProbeMain::device).toList();
            return devices.isEmpty()
                    ? Fact.missing(OpenClDevices.unavailable(new EngineOptions(1, null)))
                    : Fact.of(devices, "OpenCL");
        } catch (RuntimeException | LinkageError e) {
            return Fact.missing(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static Device device(DeviceInfo info) {
        return new Device(
                info.platform(),
                info.name(),
                info.vendor(),
                info.type().name(),
                info.version(),
                info.driver(),
                info.computeUnits(),
                info.clockMHz() > 0 ? Fact.of(info.clockMHz(), "OpenCL") : Fact.missing("the driver says 0"),
                info.globalBytes(),
                info.localBytes(),
                info.localMemory(),
                info.maxAllocationBytes());
    }
}
