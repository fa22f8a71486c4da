package org.convmark.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.bench.ForkEnvironment;
import org.convmark.io.Command;
import org.convmark.io.Command.Answer;
import org.convmark.io.Folders;
import org.convmark.jvm.OpenClDrivers;
import org.convmark.jvm.Overrides;
import org.convmark.kernel.VectorLength;
import org.convmark.machine.Fact;
import org.convmark.machine.ForkArguments;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.model.Target;

/** Examines another JVM from outside: that JVM may be old, lack modules or crash without harm to this one. */
public final class JvmProbe {
    private static final int OLDEST = 17;
    private static final int SECONDS = 60;
    private static final String NO_FOLDER = "cannot write to the folder for temporary files";
    private static final String MODULE = "jdk.incubator.vector";
    private static final Pattern VECTORS = Pattern.compile(VectorSpeedMain.MARK + "(\\d+) (.+)");

    /**
     * Share of the speed of long vectors above which short ones count as equally fast: hardware runs them at the same speed or at half of
     * it.
     */
    private static final double AS_FAST = 0.75;

    /** PoCL's form of an error message. */
    private static final Pattern DRIVER_ERROR = Pattern.compile("ERROR +\\| +(.+?)\\.? *$", Pattern.MULTILINE);

    private static final Pattern VERSION = Pattern.compile("version \"([^\"]+)\"");

    private final Path executable;
    private final Path folder;

    private JvmProbe(Path executable, Path folder) {
        this.executable = executable;
        this.folder = folder;
    }

    /**
     * Asks a JVM about itself, the targets it can run and the OpenCL devices it sees.
     *
     * @param java its executable or its home
     * @param jvmArgs options to start it with
     * @param overrides the user's overrides of the suite's choices
     * @param device an OpenCL device as {@link org.convmark.kernel.opencl.OpenClDevices} finds it by name
     * @throws IllegalArgumentException with one sentence if it cannot run the suite
     */
    public static Probe of(Path java, List<String> jvmArgs, Overrides overrides, Optional<String> device) {
        return ask(java, jvm -> jvm.probe(jvmArgs, overrides, device));
    }

    /**
     * The version of a JVM.
     *
     * @param java its executable or its home
     * @throws IllegalArgumentException with one sentence if this is not a JVM
     */
    public static String version(Path java) {
        return ask(java, JvmProbe::version);
    }

    private static <T> T ask(Path java, Function<JvmProbe, T> question) {
        Path executable = executable(java);
        try {
            Path folder = Files.createTempDirectory("convmark-probe");
            try {
                return question.apply(new JvmProbe(executable, folder));
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(NO_FOLDER, e);
        }
    }

    /**
     * The absolute path of a JVM's executable, given the executable or the JVM's home. JMH gets the same path.
     *
     * @throws IllegalArgumentException with one sentence if there is none
     */
    public static Path executable(Path java) {
        Path path = java.toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(
                    path + " does not exist: give the path of a java executable or of a JDK");
        }
        if (Files.isDirectory(path)) {
            return Stream.of("java", "java.exe")
                    .map(name -> path.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            path + " is a folder without bin/java: give the path of a java executable or of a JDK"));
        }
        if (!Files.isExecutable(path)) {
            throw new IllegalArgumentException(
                    path + " is not executable: give the path of a java executable or of a JDK");
        }
        return path;
    }

    private Probe probe(List<String> jvmArgs, Overrides overrides, Optional<String> device) {
        // Engines unpack native libraries into the folder for temporary files, and a halted JVM leaves them there.
        List<String> looking =
                new ArrayList<>(List.of("-Djava.io.tmpdir=" + folder, "-XX:ErrorFile=" + folder.resolve("crash.log")));
        looking.addAll(overrides.properties());
        List<String> arguments = new ArrayList<>(looking);
        arguments.addAll(jvmArgs);
        arguments.add(ForkArguments.VECTOR_MODULE);
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), ProbeMain.class.getName()));
        device.ifPresent(arguments::add);
        Answer answer = run(ForkEnvironment.beforeProbe(executable), arguments);
        return last(answer)
                .map(probe -> new Probe(
                        probe.jvm().calledBy(executable.toString(), looking),
                        withReasons(probe.targets(), answer.errors()),
                        withReasons(probe.devices(), answer.errors()),
                        shortVectors(probe, jvmArgs, overrides)))
                .orElseThrow(() -> new IllegalArgumentException(diagnosis(answer, jvmArgs)));
    }

    /** The same states; if OpenCL is unavailable, its reason includes what is wrong with the drivers. */
    private static List<TargetState> withReasons(List<TargetState> states, String errors) {
        return states.stream()
                .map(state -> state.target().equals(Target.OPENCL.name())
                        ? new TargetState(state.target(), withReasons(state.description(), errors))
                        : state)
                .toList();
    }

    private static <T> Fact<T> withReasons(Fact<T> fact, String errors) {
        if (fact.known()) {
            return fact;
        }
        StringBuilder reason = new StringBuilder(fact.missing());
        OpenClDrivers.here().problems().forEach(problem -> reason.append("; ").append(problem));
        Matcher said = DRIVER_ERROR.matcher(errors);
        if (said.find()) {
            reason.append("; the driver says: ").append(said.group(1).strip());
        }
        return Fact.missing(reason.toString());
    }

    /** What VECTOR runs on with vectors of half the length, if these reach about as many flop/s. */
    private Fact<String> shortVectors(Probe probe, List<String> jvmArgs, Overrides overrides) {
        if (overrides.vectorBits() != null) {
            return Fact.missing("the user chose the vector length");
        }
        if (!probe.target(Target.VECTOR.name()).map(TargetState::available).orElse(false)
                || !Integer.valueOf(VectorLength.LONG_BITS)
                        .equals(probe.jvm().speciesBits().value())) {
            return Fact.missing("only vectors of " + VectorLength.LONG_BITS + " bits are halved");
        }
        Optional<Matcher> ofLong = vectors(jvmArgs, VectorLength.LONG_BITS);
        Optional<Matcher> ofShort = vectors(jvmArgs, VectorLength.SHORT_BITS);
        if (ofLong.isEmpty() || ofShort.isEmpty()) {
            return Fact.missing("the JVM did not say how fast its vectors are");
        }
        double speed = Double.parseDouble(ofShort.get().group(1))
                / Double.parseDouble(ofLong.get().group(1));
        String share = Math.round(100 * speed) + " % of the flop/s of vectors of " + VectorLength.LONG_BITS + " bits";
        return speed >= AS_FAST ? Fact.of(ofShort.get().group(2), share) : Fact.missing("they reach " + share);
    }

    private Optional<Matcher> vectors(List<String> jvmArgs, int bits) {
        List<String> arguments = new ArrayList<>(jvmArgs);
        arguments.addAll(List.of("-D" + VectorLength.BITS + "=" + bits, ForkArguments.VECTOR_MODULE));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), VectorSpeedMain.class.getName()));
        return run(List.of(), arguments)
                .output()
                .lines()
                .map(VECTORS::matcher)
                .filter(Matcher::matches)
                .findFirst();
    }

    /** The probe on the last complete line that holds one. */
    private static Optional<Probe> last(Answer answer) {
        List<String> lines = new ArrayList<>(answer.output()
                .lines()
                .filter(line -> line.startsWith("{\"jvm\""))
                .toList());
        Collections.reverse(lines);
        for (String line : lines) {
            try {
                return Optional.of(Probe.parse(line));
            } catch (IllegalArgumentException e) {
                // A killed JVM leaves half a line; the line before is complete.
            }
        }
        return Optional.empty();
    }

    /** Why a JVM gave no answer; its version explains most cases. */
    private String diagnosis(Answer answer, List<String> jvmArgs) {
        if (answer.end() != Command.End.EXIT) {
            return executable + " did not answer within " + SECONDS + " seconds: try it with -version";
        }
        String version = version();
        if (major(version) < OLDEST) {
            return executable + " is Java " + version + ": this suite needs Java " + OLDEST + " or newer";
        }
        String all = answer.errors() + answer.output();
        if (all.contains("Module " + MODULE + " not found")) {
            return executable + " is Java " + version + " without the module " + MODULE
                    + ": use a full JDK, one whose java --list-modules shows it";
        }
        return executable + " does not start" + (jvmArgs.isEmpty() ? "" : " with " + String.join(" ", jvmArgs)) + ": "
                + reason(all);
    }

    private String version() {
        Answer answer = run(List.of(), List.of("-version"));
        Matcher matcher = VERSION.matcher(answer.errors() + answer.output());
        if (!matcher.find()) {
            throw new IllegalArgumentException(
                    executable + " is not a JVM: it does not answer -version with a version");
        }
        return matcher.group(1);
    }

    private static String reason(String output) {
        return output.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("WARNING"))
                .filter(line -> !line.startsWith("Error: Could not create"))
                .findFirst()
                .orElse("it prints no reason");
    }

    /** 8 for "1.8.0_392", 21 for "21.0.2"; 0 if the text is not a version. */
    private static int major(String version) {
        String[] parts = version.split("[^0-9]+");
        String major = parts.length > 1 && parts[0].equals("1") ? parts[1] : parts.length > 0 ? parts[0] : "";
        return major.matches("\\d{1,4}") ? Integer.parseInt(major) : 0;
    }

    /** @param before words before the JVM's executable in the command */
    private Answer run(List<String> before, List<String> arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(executable.toString());
        command.addAll(arguments);
        try {
            return Command.of(SECONDS, command).run();
        } catch (Command.NotStarted e) {
            throw new IllegalArgumentException(
                    executable + " is not a JVM: the operating system cannot start it (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new UncheckedIOException(NO_FOLDER, e);
        }
    }
}
