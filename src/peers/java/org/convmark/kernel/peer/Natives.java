package org.convmark.kernel.peer;

import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.convmark.kernel.NativeLibraries;

/** Shared by the two engines that come through JavaCPP: loading their native libraries, and their OpenMP run-time. */
final class Natives {
    private Natives() {}

    /**
     * Why a first call into a native library fails, in one sentence, or null if it succeeds.
     *
     * @throws LinkageError if even its Java classes are absent
     */
    static String unavailable(Runnable firstCall) {
        try {
            firstCall.run();
            return null;
        } catch (LinkageError | RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException) {
                throw e;
            }
            return NativeLibraries.reason(e).orElseGet(() -> reason(e));
        }
    }

    private static String reason(Throwable failure) {
        String line = NativeLibraries.innermost(failure);
        if (line.contains("OpenCL")) {
            return "oneDNN is linked against OpenCL, whose library does not load: put the jar of org.bytedeco:opencl for "
                    + Loader.getPlatform() + " beside it, or install ocl-icd-libopencl1 (" + line + ")";
        }
        return "no native library for " + Loader.getPlatform() + " loads: " + line;
    }

    /**
     * Sets the number of threads of parallel regions that the calling thread starts, in the OpenMP run-time beside a loaded
     * library. This is what the environment variable OMP_NUM_THREADS does, but after the JVM has started.
     *
     * @param library the file that JavaCPP loaded
     */
    static void setThreads(String library, int threads) {
        Path openMp = Path.of(library).resolveSibling("libgomp.so.1");
        if (!Files.exists(openMp)) {
            throw new UnsupportedOperationException(
                    "no OpenMP run-time of a known name is beside " + library + ": set OMP_NUM_THREADS=" + threads);
        }
        NativeLibrary.getInstance(openMp.toString())
                .getFunction("omp_set_num_threads")
                .invokeVoid(new Object[] {threads});
    }
}
