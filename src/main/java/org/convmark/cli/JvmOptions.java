package org.convmark.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.convmark.io.InputError;
import org.convmark.machine.Probe;
import org.convmark.model.Target;
import org.convmark.probe.JvmChoice;
import org.convmark.probe.JvmProbe;
import org.convmark.run.Configuration;
import org.openjdk.jmh.util.Utils;
import picocli.CommandLine.Option;

/** The options that say which JVMs and which device measure. */
final class JvmOptions {
    @Option(
            names = "--jvm",
            paramLabel = "PATH",
            description = {
                "A java executable or a JDK; repeat it for several. graal:PATH is a JDK with Graal as its compiler,",
                "graal the newest one beside this JVM's."
            })
    List<String> jvms = List.of(System.getProperty("java.home"));

    @Option(
            names = "--jvm-args",
            paramLabel = "ARGS",
            description = "Arguments for every JVM, in quotes; repeat it to measure each JVM with each.")
    List<String> jvmArgs = List.of("");

    @Option(names = "--device", paramLabel = "NAME", description = "Part of the name of an OpenCL device.")
    String device;

    /**
     * Every JVM, or this one where none is named, with every set of arguments.
     *
     * @throws InputError if one cannot run the suite, or none sees the device
     */
    List<Configuration> configurations() {
        requireDifferent("--jvm", jvms, jvm -> Path.of(jvm).toAbsolutePath().normalize());
        requireDifferent("--jvm-args", jvmArgs, arguments -> arguments);
        List<Configuration> configurations = new ArrayList<>();
        for (String jvm : jvms) {
            JvmChoice choice = choice(jvm);
            for (String arguments : jvmArgs) {
                List<String> all = new ArrayList<>(choice.arguments());
                all.addAll(Utils.splitQuotedEscape(arguments));
                configurations.add(configuration(choice.java(), List.copyOf(all), device));
            }
        }
        return configurations;
    }

    private static JvmChoice choice(String jvm) {
        try {
            return JvmChoice.of(jvm);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    private static void requireDifferent(String option, List<String> values, Function<String, Object> meaning) {
        Set<Object> different = new HashSet<>();
        for (String value : values) {
            if (!different.add(meaning.apply(value))) {
                throw new InputError(option + " " + value + " is given twice.");
            }
        }
    }

    static Configuration configuration(Path jvm, List<String> arguments, String device) {
        try {
            Probe probe = JvmProbe.of(jvm, arguments, Optional.ofNullable(device));
            if (device != null) {
                requireDevice(probe, device);
            }
            return new Configuration(probe, arguments);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    private static void requireDevice(Probe probe, String device) {
        probe.target(Target.OPENCL.name()).filter(state -> !state.available()).ifPresent(state -> {
            throw new InputError("--device " + device + " cannot be used: "
                    + state.description().missing() + ".");
        });
    }
}
