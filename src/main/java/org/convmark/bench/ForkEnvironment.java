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
import org.convmark.jvm.OpenClDrivers;
import org.convmark.model.Target;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Environment variables of a JVM that loads native libraries. JMH cannot set a fork's environment, but a profiler may put words
 * before its command.
 * <ul>
 *   <li>Compilers inside OpenCL drivers (LLVM in PoCL) replace handlers of signals that the JVM uses to stop its threads, and a
 *     JVM that receives its own signal at that moment crashes. The library that every JDK has for such cases (libjsig),
 *     preloaded, keeps the JVM's handlers first.
 *   <li>An OpenCL driver that crashes or hangs is hidden from it, see {@link OpenClDrivers}.
 *   <li>ONNX Runtime writes a device identifier and a database of events into the home directory, or into the working directory
 *     if there is none, as soon as it is loaded, before a program can turn that off.
 * </ul>
 */
public final class ForkEnvironment implements ExternalProfiler {
    private static final String PRELOAD = "LD_PRELOAD";
    private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY=1";

    /** Makes PoCL report on standard error why it offers no device. */
    private static final String SAY_ERRORS = "POCL_DEBUG=error";

    /** Characters that separate paths in LD_PRELOAD; a path in it cannot contain them. */
    private static final Pattern SEPARATOR = Pattern.compile("[\\s:]");

    /** Links to libraries, by the path of the library. */
    private static final Map<Path, Path> LINKS = new ConcurrentHashMap<>();

    /**
     * The words before the command that starts a JVM which opens targets.
     *
     * @param java its executable
     */
    public static List<String> before(Path java, Target... targets) {
        List<String> variables = new ArrayList<>();
        for (Target target : targets) {
            if (target.kind() == Target.Kind.DEVICE) {
                signals(java).ifPresent(variables::add);
                OpenClDrivers.here().left().ifPresent(variables::add);
            } else if (target == Target.ONNXRUNTIME) {
                variables.add(NO_TELEMETRY);
            }
        }
        return command(variables);
    }

    /** The words for a JVM that opens all targets to probe them. */
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

    /** The preload of libjsig; empty if a JDK has no such library. */
    private static Optional<String> signals(Path java) {
        Path library = home(java).resolve("lib").resolve("libjsig.so");
        if (!System.getProperty("os.name").equals("Linux") || !Files.isRegularFile(library)) {
            return Optional.empty();
        }
        String others = System.getenv(PRELOAD);
        return Optional.of(PRELOAD + "=" + preloadable(library) + (others == null ? "" : ":" + others));
    }

    /** A path of a library that the loader accepts in LD_PRELOAD. */
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
            throw new UncheckedIOException("cannot write to the temporary folder", e);
        }
    }

    /** The JDK that contains an executable or the target of its link. */
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
