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
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
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

    /** Probes every JVM, without schedules that were tuned. */
    Map<JvmSetup, Probe> probes() {
        return probes(Optional.empty());
    }

    /**
     * Probes every JVM, or this one if none is named, with every set of arguments and overrides. What a JVM says does not depend on the
     * schedule, so each is asked once for all schedules.
     *
     * @param tuned schedules to measure beside the planner's choice
     * @throws InputError if a JVM cannot run the suite or does not see the device
     */
    Map<JvmSetup, Probe> probes(Optional<List<ScheduleOverride>> tuned) {
        requireDifferent("--jvm", jvms, jvm -> Path.of(jvm).toAbsolutePath().normalize());
        requireDifferent("--jvm-args", jvmArgs, arguments -> arguments);
        List<Integer> lengths = chosen("--vector-bits", vectorBits, VectorLength::parse);
        List<ScheduleOverride> wished = tuned.map(this::beside).orElseGet(this::schedules);
        Map<JvmSetup, Probe> probes = new LinkedHashMap<>();
        for (String jvm : jvms) {
            JvmChoice choice = choice(jvm);
            for (String arguments : jvmArgs) {
                List<String> all = Stream.concat(choice.arguments().stream(), Host.arguments(arguments).stream())
                        .toList();
                for (Integer bits : lengths) {
                    Probe probe = probe(choice.java(), all, new Overrides(bits, null), device);
                    wished.forEach(schedule ->
                            probes.put(JvmSetup.of(probe.jvm(), all, new Overrides(bits, schedule)), probe));
                }
            }
        }
        return probes;
    }

    /** Chosen schedules; null for the planner's choice. */
    private List<ScheduleOverride> schedules() {
        return chosen("--schedule", schedules, ScheduleOverride::parse);
    }

    /** The planner's choice, and schedules that were tuned. */
    private List<ScheduleOverride> beside(List<ScheduleOverride> tuned) {
        if (!schedules.isEmpty()) {
            throw new InputError("--tuned and --schedule both choose schedules: leave one of them out.");
        }
        return Stream.concat(Stream.of((ScheduleOverride) null), tuned.stream()).toList();
    }

    /** The values of an option, or null alone if it was not given. */
    private static <T> List<T> chosen(String option, List<String> texts, Function<String, T> parse) {
        Map<String, T> values = new LinkedHashMap<>();
        for (String text : texts) {
            try {
                values.put(text, parse.apply(text));
            } catch (IllegalArgumentException e) {
                throw new InputError(option + " cannot be used: " + e.getMessage() + ".");
            }
        }
        requireDifferent(option, texts, values::get);
        return values.isEmpty() ? Collections.singletonList(null) : List.copyOf(values.values());
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
