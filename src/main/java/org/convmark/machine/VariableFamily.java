package org.convmark.machine;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Variables of the environment that change what is measured, by what reads them. The only list of them: no other variable is ever
 * kept, and of these none whose name says that it is a secret.
 */
public enum VariableFamily {
    /** HotSpot and the {@code java} launcher. */
    JVM(
            "the JVM and its launcher",
            "options of every JVM",
            "JAVA_TOOL_OPTIONS",
            "_JAVA_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "JDK_AOT_VM_OPTIONS",
            "_JAVA_SR_SIGNUM"),
    /** ld.so. */
    LOADER("the dynamic loader", "which libraries run, and when they are bound", "LD_*"),
    /** glibc's malloc and those that take its place. */
    MALLOC(
            "the allocator",
            "arenas, huge pages and where buffers lie",
            "MALLOC_*",
            "GLIBC_TUNABLES",
            "TCMALLOC_*",
            "MIMALLOC_*"),
    /** libgomp, libomp and Intel's, whichever the engines bring along. */
    OPENMP("OpenMP", "number, places and waiting of threads", "OMP_*", "GOMP_*", "KMP_*"),
    /** oneDNN, alone and inside PyTorch. */
    ONEDNN("oneDNN", "instruction set, caches of primitives and verbosity", "ONEDNN_*", "DNNL_*"),
    /** What PyTorch multiplies matrices with. */
    BLAS("the BLAS library", "threads and kernels", "MKL_*", "OPENBLAS_*", "GOTO_*"),
    /** ONNX Runtime. */
    ONNXRUNTIME("ONNX Runtime", "threads and kernels", "ORT_*"),
    /** PyTorch. */
    PYTORCH(
            "PyTorch",
            "instruction set, fusion and allocation",
            "ATEN_*",
            "TORCH_*",
            "PYTORCH_*",
            "LRU_CACHE_CAPACITY"),
    /** The loader of OpenCL. */
    OPENCL_LOADER("the OpenCL loader", "which driver and layers run", "OCL_ICD_*", "OPENCL_*"),
    /** PoCL, and hwloc that it asks. */
    POCL("PoCL", "threads, work-group method and compiler", "POCL_*", "HWLOC_*"),
    /** Drivers of graphics cards, and Mesa's of processors. */
    GPU(
            "the GPU's driver",
            "devices, queues and compiler",
            "CUDA_*",
            "__GL_*",
            "RUSTICL_*",
            "MESA_*",
            "GALLIUM_*",
            "LIBGL_*",
            "LP_*",
            "GPU_*",
            "AMD_*",
            "HSA_*",
            "CL_CONFIG_*");

    private static final Pattern SECRET = Pattern.compile(".*(TOKEN|SECRET|PASSWORD|CREDENTIAL).*");

    private final String reader;
    private final String effect;
    private final List<String> patterns;

    /** @param patterns names, or their beginning and a star */
    VariableFamily(String reader, String effect, String... patterns) {
        this.reader = reader;
        this.effect = effect;
        this.patterns = List.of(patterns);
    }

    /** What reads them, in words. */
    public String reader() {
        return reader;
    }

    /** What they change, in words. */
    public String effect() {
        return effect;
    }

    /** Names, or their beginning and a star. */
    public List<String> patterns() {
        return patterns;
    }

    /** Whether a variable is one of these. */
    boolean holds(String name) {
        return patterns.stream()
                        .anyMatch(pattern -> pattern.endsWith("*")
                                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                                : name.equals(pattern))
                && !SECRET.matcher(name.toUpperCase(Locale.ROOT)).matches();
    }

    /**
     * The variables of all families in an environment; those that are blank say nothing.
     *
     * @param home what a value says in place of it is {@code ~}, because a path names a person
     */
    static Map<String, String> of(Map<String, String> environment, String home) {
        Map<String, String> kept = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (!value.isBlank() && List.of(values()).stream().anyMatch(family -> family.holds(name))) {
                kept.put(name, home.length() > 1 ? value.strip().replace(home, "~") : value.strip());
            }
        });
        return kept;
    }

    /** Those of this process, and so of every JVM that it starts. */
    public static Fact<Map<String, String>> ofProcess() {
        return Fact.ask("environment", () -> of(System.getenv(), System.getProperty("user.home", "")));
    }

    /** By family, in order; every family is there. */
    public static Map<VariableFamily, Map<String, String>> byFamily(Map<String, String> variables) {
        Map<VariableFamily, Map<String, String>> families = new EnumMap<>(VariableFamily.class);
        for (VariableFamily family : values()) {
            families.put(
                    family,
                    variables.entrySet().stream()
                            .filter(e -> family.holds(e.getKey()))
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new)));
        }
        return families;
    }
}
