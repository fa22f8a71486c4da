package org.convmark.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.kernel.opencl.DeviceInfo;
import org.convmark.kernel.opencl.OpenClDevices;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.convmark.model.Target;

/**
 * Runs in a child JVM and reports how many threads compute when a target has one worker per processor; Linux reports their time.
 */
final class BusyThreads {
    /** Prefix of the number. */
    static final String BUSY = "busy threads: ";

    /** Prefix of the reason why there is none. */
    static final String ABSENT = "not available: ";

    private static final long WARM_UP_NANOS = 500_000_000;
    private static final long NANOS = 500_000_000;

    /** Minimum share of the time of all threads; a thread that only starts kernels and waits has less. */
    private static final double LEAST = 0.1;

    /** Threads of the JVM itself, which compile and collect. */
    private static final String OF_THE_JVM = "(C1|C2|G1|GC|VM) .*";

    private BusyThreads() {}

    /** @param arguments the name of a target */
    public static void main(String[] arguments) throws IOException {
        Target target = Target.valueOf(arguments[0]);
        EngineOptions options = new EngineOptions(0, device(target));
        Optional<String> reason = Engines.unavailable(target, options);
        System.out.println(reason.isEmpty() ? BUSY + count(Engines.open(target, options)) : ABSENT + reason.get());
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** A CPU that can be split, for OpenCL. */
    private static String device(Target target) {
        return target != Target.OPENCL
                ? null
                : OpenClDevices.all().stream()
                        .filter(device -> device.type() == DeviceInfo.Type.CPU)
                        .filter(device -> device.partitions().contains("by counts"))
                        .map(DeviceInfo::name)
                        .findFirst()
                        .orElse("CPU that can be split");
    }

    private static long count(Engine engine) throws IOException {
        Graph graph = Graph.of(new Shape(1, 64, 56, 56)).conv(3, 64).conv(3, 64);
        Program program = engine.compile(graph.fuse(Fusion.NONE), new Weights(graph, 1, Weights.Fill.RANDOM));
        run(program, WARM_UP_NANOS);
        Map<String, Long> before = times();
        run(program, NANOS);
        Map<String, Long> spent = times();
        spent.replaceAll((thread, nanos) -> nanos - before.getOrDefault(thread, 0L));
        double all = spent.values().stream().mapToLong(nanos -> nanos).sum();
        return spent.values().stream().filter(nanos -> nanos >= LEAST * all).count();
    }

    private static void run(Program program, long nanos) {
        for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
            program.run();
        }
    }

    /** Nanoseconds on a processor, by thread. */
    private static Map<String, Long> times() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.filter(thread -> !read(thread.resolve("comm")).matches(OF_THE_JVM))
                    .collect(Collectors.toMap(
                            Path::toString,
                            thread -> Long.parseLong(
                                    read(thread.resolve("schedstat")).split(" ")[0])));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
