package org.convmark.machine;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Environment variables that change what is measured, by what reads them. The only list of them: no other variable is
 * ever kept, nor one whose name suggests a secret.
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
    /** glibc's malloc and its replacements. */
    MALLOC(
            "the allocator",
            "arenas, huge pages and where buffers lie",
            "MALLOC_*",
            "GLIBC_TUNABLES",
            "TCMALLOC_*",
            "MIMALLOC_*"),
    /** libgomp, libomp or Intel's, whichever an engine ships with. */
    OPENMP("OpenMP", "number, places and waiting of threads", "OMP_*", "GOMP_*", "KMP_*"),
    /** oneDNN, alone and inside PyTorch. */
    ONEDNN("oneDNN", "instruction set, caches of primitives and verbosity", "ONEDNN_*", "DNNL_*"),
    /** PyTorch's matrix multiplication. */
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
    /** PoCL, and hwloc, which it uses. */
    POCL("PoCL", "threads, work-group method and compiler", "POCL_*", "HWLOC_*"),
    /** GPU drivers, and Mesa's drivers for CPUs. */
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

    private static final Pattern SECRET = Pattern.compile(".*(TOKEN|SECRET|PASSWORD|CREDENTIAL|KEY).*");

    private final String reader;
    private final String effect;
    private final List<String> patterns;

    /** @param patterns names, or prefixes followed by a star */
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

    /** Names, or prefixes followed by a star. */
    public List<String> patterns() {
        return patterns;
    }

    /** Whether a variable belongs to this family. */
    boolean holds(String name) {
        return patterns.stream()
                        .anyMatch(pattern -> pattern.endsWith("*")
                                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                                : name.equals(pattern))
                && !SECRET.matcher(name.toUpperCase(Locale.ROOT)).matches();
    }

    /**
     * The variables of all families in an environment, without blank ones.
     *
     * @param home the directory that becomes {@code ~} in values, because a path can name a person
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

    /** Variables by family, in order; families without variables are included. */
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
