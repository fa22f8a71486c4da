package org.convmark.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.convmark.kernel.OwnThreads;
import org.convmark.kernel.Program;

/**
 * Runs a program until it no longer gets faster. A fixed number of iterations is too long for a small graph or too short for a
 * large one: C2 may need seconds for vector code, and meanwhile the time per run looks stable. So the warm-up ends when the best
 * time has stopped improving, the JIT compilers are idle and a run no longer allocates, or at a limit. Programs allocate nothing
 * once compiled; Vector API code that C2 has not compiled yet boxes every vector. The JVM compiles what it has seen often, and a
 * network may have a kernel that makes one short call a pass: two hundred passes of ConvNeXt Tiny, half a minute, are too few for
 * its last normalisation. So from half of the limit on, the kernels that still allocate are also run without the others, in turn.
 * Not before and not one by one: code that was compiled while one kernel ran alone is thrown away when another one meets it, and
 * after many times the JVM gives up (DARTS-V2).
 *
 * @param limit longest time to spend
 * @param window time after which to look again
 * @param bytes that a run may allocate once everything is compiled
 */
record WarmUp(Duration limit, Duration window, long bytes) {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final int STABLE_WINDOWS = 5;
    private static final int STABLE_WINDOWS_IF_COMPILERS_ARE_UNSEEN = 30;
    private static final int WINDOWS_OF_SELDOM = 10;
    private static final double IMPROVEMENT = 0.98;
    private static final double IDLE = 0.2;

    /**
     * Runs it repeatedly, for at least one window.
     *
     * @param pass one run of the program, as it will be timed
     * @return bytes per run that all our threads still allocated in the last window
     */
    long until(Program program, Runnable pass) {
        long start = System.nanoTime();
        int needed = Files.isDirectory(THREADS) ? STABLE_WINDOWS : STABLE_WINDOWS_IF_COMPILERS_ARE_UNSEEN;
        double best = Double.MAX_VALUE;
        long compiled = compilerNanos();
        OwnThreads threads = new OwnThreads();
        long perRun;
        int stable = 0;
        do {
            long from = System.nanoTime();
            long allocated = threads.allocatedBytes();
            int runs = 0;
            double fastest = Double.MAX_VALUE;
            for (long before = from, now; before - from < window.toNanos(); before = now, runs++) {
                pass.run();
                now = System.nanoTime();
                fastest = Math.min(fastest, now - before);
            }
            perRun = (threads.allocatedBytes() - allocated) / runs;
            if (perRun > bytes && from - start > limit.toNanos() / 2) {
                repeatSeldomKernels(program, threads, start + limit.toNanos());
            }
            long now = compilerNanos();
            boolean compiling = now - compiled > IDLE * (System.nanoTime() - from);
            compiled = now;
            stable = perRun > bytes || compiling || fastest < IMPROVEMENT * best ? 0 : stable + 1;
            best = Math.min(best, fastest);
        } while (stable < needed && System.nanoTime() - start < limit.toNanos());
        return perRun;
    }

    /**
     * Runs the kernels that allocate for some time, unless there is only one kernel. Those that allocate less than half as much as
     * another one have to wait: asking for allocations allocates too.
     */
    private void repeatSeldomKernels(Program program, OwnThreads threads, long deadline) {
        long[] own = new long[program.kernels()];
        for (int kernel = 0; own.length > 1 && kernel < own.length; kernel++) {
            long allocated = threads.allocatedBytes();
            program.run(kernel, 1);
            own[kernel] = threads.allocatedBytes() - allocated;
        }
        long most = Arrays.stream(own).max().orElse(0);
        int[] seldom = IntStream.range(0, own.length)
                .filter(kernel -> 2 * own[kernel] > most)
                .toArray();
        long end = Math.min(System.nanoTime() + WINDOWS_OF_SELDOM * window.toNanos(), deadline);
        while (seldom.length > 0 && System.nanoTime() < end) {
            for (int kernel : seldom) {
                program.run(kernel, 1);
            }
        }
    }

    /** Processor time of the JIT compiler threads so far; 0 if the system does not report it. */
    private static long compilerNanos() {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                // Names are truncated: C2 CompilerThre, JVMCI CompilerT.
                if (Files.readString(thread.resolve("comm")).contains("CompilerT")) {
                    String[] schedule =
                            Files.readString(thread.resolve("schedstat")).split(" ");
                    sum += Long.parseLong(schedule[0]);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return 0; // a thread ended while its files were read, or this is not Linux
        }
        return sum;
    }
}
