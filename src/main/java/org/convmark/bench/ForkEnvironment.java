package org.convmark.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.convmark.kernel.Target;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Starts a JVM so that it keeps its signals beside OpenCL. Compilers inside drivers (LLVM in PoCL) take over the signals that a
 * JVM stops its threads with, and a JVM that meets its own signal in that moment dies of it. The library that every JDK has for
 * such cases, preloaded, keeps the JVM's handlers first. JMH gives forks no environment, but a profiler may put words in front of
 * their command.
 */
public final class SignalChain implements ExternalProfiler {
    private static final String PRELOAD = "LD_PRELOAD";

    /**
     * What stands in front of the command that starts a JVM which will load OpenCL drivers; nothing where its JDK has no such
     * library.
     *
     * @param java its executable
     */
    public static List<String> before(Path java) {
        Path library = home(java).resolve("lib").resolve("libjsig.so");
        if (!System.getProperty("os.name").equals("Linux") || !Files.isRegularFile(library)) {
            return List.of();
        }
        String others = System.getenv(PRELOAD);
        return List.of("env", PRELOAD + "=" + library + (others == null ? "" : ":" + others));
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
        boolean asksOpenCl = Target.OPENCL.name().equals(benchmark.getParam("target"));
        return asksOpenCl ? before(Path.of(benchmark.getJvm())) : List.of();
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
        return "Keeps a JVM's signals beside OpenCL";
    }
}
