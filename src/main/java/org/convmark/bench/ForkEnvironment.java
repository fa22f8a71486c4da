package org.convmark.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.model.Target;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Variables of the environment of a JVM that loads libraries of others. JMH gives forks no environment, but a profiler may put words in
 * front of their command.
 *
 * <ul>
 *   <li>Compilers inside OpenCL drivers (LLVM in PoCL) take over the signals that a JVM stops its threads with, and a JVM that
 *       meets its own signal in that moment dies of it. The library that every JDK has for such cases, preloaded, keeps the JVM's
 *       handlers first.
 *   <li>ONNX Runtime writes a device identifier and a database of events into the home, or into the working directory where there is none,
 *       as soon as it is loaded: before a program could tell it not to.
 * </ul>
 */
public final class ForkEnvironment implements ExternalProfiler {
    private static final String PRELOAD = "LD_PRELOAD";
    private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY=1";

    /** PoCL then says on standard error why it offers no device. */
    private static final String SAY_ERRORS = "POCL_DEBUG=error";

    /** What a path must not hold where several are separated. */
    private static final Pattern SEPARATOR = Pattern.compile("[\\s:]");

    /** Libraries by other names. */
    private static final Map<Path, Path> LINKS = new ConcurrentHashMap<>();

    /**
     * What stands in front of the command that starts a JVM which opens targets.
     *
     * @param java its executable
     */
    public static List<String> before(Path java, Target... targets) {
        List<String> variables = new ArrayList<>();
        for (Target target : targets) {
            if (target.kind() == Target.Kind.DEVICE) {
                signals(java).ifPresent(variables::add);
            } else if (target == Target.ONNXRUNTIME) {
                variables.add(NO_TELEMETRY);
            }
        }
        return command(variables);
    }

    /** The same for one that opens all of them to see what they say. */
    public static List<String> beforeProbe(Path java) {
        List<String> command = new ArrayList<>(before(java, Target.values()));
        if (!command.isEmpty()) {
            command.add(SAY_ERRORS);
        }
        return command;
    }

    private static List<String> command(List<String> variables) {
        if (variables.isEmpty() || System.getProperty("os.name").startsWith("Windows")) {
            return List.of();
        }
        return Stream.concat(Stream.of("env"), variables.stream()).toList();
    }

    /** Empty where a JDK has no such library. */
    private static Optional<String> signals(Path java) {
        Path library = home(java).resolve("lib").resolve("libjsig.so");
        if (!System.getProperty("os.name").equals("Linux") || !Files.isRegularFile(library)) {
            return Optional.empty();
        }
        String others = System.getenv(PRELOAD);
        return Optional.of(PRELOAD + "=" + preloadable(library) + (others == null ? "" : ":" + others));
    }

    /** A library under a path that the loader takes for one. */
    private static Path preloadable(Path library) {
        return SEPARATOR.matcher(library.toString()).find()
                ? LINKS.computeIfAbsent(library, ForkEnvironment::link)
                : library;
    }

    private static Path link(Path library) {
        try {
            Path folder = Files.createTempDirectory("convmark-jsig");
            folder.toFile().deleteOnExit();
            Path link = Files.createSymbolicLink(folder.resolve("libjsig.so"), library);
            link.toFile().deleteOnExit();
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the folder for temporary files", e);
        }
    }

    /** The JDK that an executable, or a link to one, belongs to. */
    private static Path home(Path java) {
        try {
            return java.toRealPath().resolve("../..").normalize();
        } catch (IOException absent) {
            return java;
        }
    }

    @Override
    public Collection<String> addJVMInvokeOptions(BenchmarkParams benchmark) {
        return before(Path.of(benchmark.getJvm()), MeasuredCase.of(benchmark).target());
    }

    @Override
    public Collection<String> addJVMOptions(BenchmarkParams benchmark) {
        return List.of();
    }

    @Override
    public void beforeTrial(BenchmarkParams benchmark) {}

    @Override
    public Collection<? extends Result<?>> afterTrial(BenchmarkResult result, long pid, File out, File err) {
        return List.of();
    }

    @Override
    public boolean allowPrintOut() {
        return true;
    }

    @Override
    public boolean allowPrintErr() {
        return true;
    }

    @Override
    public String getDescription() {
        return "Variables for libraries of others";
    }
}
