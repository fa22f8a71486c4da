package org.convmark.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.io.InputError;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.OpenClDrivers;
import org.convmark.jvm.Overrides;
import org.convmark.kernel.VectorLength;
import org.convmark.kernel.opencl.OpenClDevices;
import org.convmark.machine.Device;
import org.convmark.machine.Probe;
import org.convmark.model.Target;
import org.convmark.probe.JvmChoice;
import org.convmark.probe.JvmProbe;
import org.convmark.run.Host;
import picocli.CommandLine.Option;

/** The options that say which JVMs and which device measure. */
final class JvmOptions {
    @Option(
            names = "--jvm",
            paramLabel = "PATH",
            description = {
                "A java executable or a JDK; repeat it for several. graal:PATH is a JDK with Graal as its compiler,",
                "graal the newest such JDK in the folder of this JVM's JDK."
            })
    List<String> jvms = List.of(System.getProperty("java.home"));

    @Option(
            names = "--jvm-args",
            paramLabel = "ARGS",
            description = "Arguments for every JVM, in quotes; repeat it to measure each JVM with each.")
    List<String> jvmArgs = List.of("");

    @Option(
            names = "--device",
            paramLabel = "[PLATFORM/]NAME[#N]",
            description = {
                "Part of the name of an OpenCL device, if needed with part of its platform's name or the number among several,",
                "as list shows them."
            })
    String device;

    @Option(
            names = "--vector-bits",
            paramLabel = "N",
            description = {
                "Length of VECTOR's vectors: 128, 256 or 512 bits, in place of the suite's choice for each row; repeat it",
                "to measure each JVM with each."
            })
    private List<String> vectorBits = List.of();

    @Option(
            names = "--schedule",
            paramLabel = "step=N,chunk=N",
            description = {
                "Rows and hidden channels that fused blocks compute at a time, in place of the planner's choice; repeat",
                "it to measure each JVM with each."
            })
    private List<String> schedules = List.of();

    /**
     * Probes every JVM, or this one if none is named, with every set of arguments and overrides.
     *
     * @throws InputError if a JVM cannot run the suite or does not see the device
     */
    Map<JvmSetup, Probe> probes() {
        requireDifferent("--jvm", jvms, jvm -> Path.of(jvm).toAbsolutePath().normalize());
        requireDifferent("--jvm-args", jvmArgs, arguments -> arguments);
        List<Overrides> overrides = overrides();
        Map<JvmSetup, Probe> probes = new LinkedHashMap<>();
        for (String jvm : jvms) {
            JvmChoice choice = choice(jvm);
            for (String arguments : jvmArgs) {
                List<String> all = Stream.concat(choice.arguments().stream(), Host.arguments(arguments).stream())
                        .toList();
                overrides.forEach(one -> {
                    Probe probe = probe(choice.java(), all, one, device);
                    probes.put(JvmSetup.of(probe.jvm(), all, one), probe);
                });
            }
        }
        return probes;
    }

    /** Every chosen vector length with every chosen schedule; the suite's choice where the user made none. */
    private List<Overrides> overrides() {
        requireDifferent("--vector-bits", vectorBits, bits -> overrides("--vector-bits", bits, null));
        requireDifferent("--schedule", schedules, schedule -> overrides("--schedule", null, schedule));
        return orNone(vectorBits).stream()
                .flatMap(bits -> orNone(schedules).stream().map(schedule -> Overrides.parse(bits, schedule)))
                .toList();
    }

    private static List<String> orNone(List<String> values) {
        return values.isEmpty() ? Collections.singletonList(null) : values;
    }

    private static Overrides overrides(String option, String bits, String schedule) {
        try {
            return Overrides.parse(bits, schedule);
        } catch (IllegalArgumentException e) {
            throw new InputError(option + " cannot be used: " + e.getMessage() + ".");
        }
    }

    private static JvmChoice choice(String jvm) {
        try {
            return JvmChoice.of(jvm);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    private static <T> void requireDifferent(String option, List<T> values, Function<T, Object> meaning) {
        Set<Object> different = new HashSet<>();
        for (T value : values) {
            if (!different.add(meaning.apply(value))) {
                throw new InputError(option + " " + value + " is given twice.");
            }
        }
    }

    /** Asks a JVM. */
    static Probe probe(Path jvm, List<String> arguments, Overrides overrides, String device) {
        Probe probe = ask(jvm, arguments, overrides, device);
        if (device != null) {
            requireDevice(probe, device);
        }
        if (overrides.vectorBits() != null) {
            probe.jvm().speciesBits().optional().ifPresent(longest -> requireShort(overrides.vectorBits(), longest));
        }
        return probe;
    }

    private static Probe ask(Path jvm, List<String> arguments, Overrides overrides, String device) {
        try {
            return JvmProbe.of(jvm, arguments, overrides, Optional.ofNullable(device));
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    /** Vectors longer than the hardware's would be arrays on the heap. */
    private static void requireShort(int bits, int longest) {
        if (bits > longest) {
            throw new InputError("--vector-bits " + bits
                    + " cannot be used: the longest vectors that the JVM has here have "
                    + longest + " bits; choose "
                    + VectorLength.upTo(longest).stream().map(String::valueOf).collect(Collectors.joining(" or "))
                    + ".");
        }
    }

    /** Prints the OpenCL devices in the order in which they are chosen, and the drivers that have none. */
    static void devices(Probe probe, String device, PrintWriter out) {
        List<Device> devices = probe.devices().optional().orElse(List.of());
        Optional<Device> chosen = OpenClDevices.matching(devices, Device::platform, Device::name, device).stream()
                .findFirst();
        out.println(devices.isEmpty() ? "OpenCL devices: none" : "OpenCL devices, for --device, * is the one in use:");
        for (int i = 0; i < devices.size(); i++) {
            Device one = devices.get(i);
            boolean isChosen = chosen.filter(used -> used == one).isPresent();
            out.printf("%s #%d %s (%s, %s)%n", isChosen ? " *" : "  ", i + 1, one.name(), one.type(), one.platform());
        }
        OpenClDrivers.here().problems().forEach(problem -> out.println("   " + problem));
    }

    private static void requireDevice(Probe probe, String device) {
        probe.target(Target.OPENCL.name()).filter(state -> !state.available()).ifPresent(state -> {
            throw new InputError("--device " + device + " cannot be used: "
                    + state.description().missing() + ".");
        });
    }
}
