package org.convmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.convmark.machine.Probe;
import org.convmark.run.InputError;
import org.openjdk.jmh.util.Utils;
import picocli.CommandLine.Option;

/** The options that say which JVMs and which device measure. */
final class JvmOptions {
    @Option(names = "--jvm", paramLabel = "PATH", description = "A java executable or a JDK; repeat it for several.")
    List<Path> jvms = new ArrayList<>();

    @Option(names = "--jvm-args", paramLabel = "ARGS", description = "Arguments for every JVM, in quotes.")
    String jvmArgs = "";

    @Option(names = "--device", paramLabel = "NAME", description = "Part of the name of an OpenCL device.")
    String device;

    List<String> arguments() {
        return List.copyOf(Utils.splitQuotedEscape(jvmArgs));
    }

    /**
     * What each JVM answers; this one where none is named.
     *
     * @throws InputError if one cannot run the suite, or none sees the device
     */
    List<Probe> probe() {
        List<Path> all = jvms.isEmpty() ? List.of(Path.of(System.getProperty("java.home"))) : jvms;
        Set<Path> different = new HashSet<>();
        for (Path jvm : all) {
            if (!different.add(jvm.toAbsolutePath().normalize())) {
                throw new InputError("--jvm " + jvm + " is given twice.");
            }
        }
        return probe(all, arguments(), device);
    }

    static List<Probe> probe(List<Path> jvms, List<String> arguments, String device) {
        List<Probe> probes = new ArrayList<>();
        try {
            jvms.forEach(jvm -> probes.add(JvmProbe.of(jvm, arguments, Optional.ofNullable(device))));
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
        if (device != null) {
            probes.forEach(probe -> probe.target("OPENCL")
                    .filter(state -> !state.available())
                    .ifPresent(state -> {
                        throw new InputError("--device " + device + " cannot be used: "
                                + state.description().missing() + ".");
                    }));
        }
        return probes;
    }
}
