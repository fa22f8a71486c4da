package org.convmark.machine;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * What a JVM reports about itself.
 *
 * @param path its executable
 * @param version java.version
 * @param vendor java.vendor
 * @param name name of the virtual machine
 * @param runtimeVersion java.runtime.version
 * @param inputFlags options it was started with, except the location of crash reports
 * @param compiler compiler of the hottest code: C2, Graal, or C1 if it stops there
 * @param useAvx highest AVX level that the compiler uses
 * @param maxVectorSize bytes of the widest vector that the compiler uses
 * @param useFma whether the compiler uses fused multiply-add
 * @param collectors names of the garbage collectors
 * @param maxHeapBytes limit of the heap
 * @param speciesBits width of the preferred vector species; missing without the module jdk.incubator.vector
 */
public record Jvm(
        String path,
        String version,
        String vendor,
        String name,
        String runtimeVersion,
        @JsonProperty(required = true) List<String> inputFlags,
        Fact<String> compiler,
        Fact<Integer> useAvx,
        Fact<Integer> maxVectorSize,
        Fact<Boolean> useFma,
        @JsonProperty(required = true) List<String> collectors,
        long maxHeapBytes,
        Fact<Integer> speciesBits) {
    private static final String USUAL = "C2";
    private static final int HIGHEST_LEVEL = 4;

    /** The JVM that runs this code. */
    public static Jvm current() {
        String java = ProcessHandle.current().info().command().orElseGet(() -> Path.of(
                        System.getProperty("java.home"), "bin", "java")
                .toString());
        return new Jvm(
                java,
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.vm.name"),
                System.getProperty("java.runtime.version"),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                hottest(),
                option("UseAVX").map(Integer::valueOf),
                option("MaxVectorSize").map(Integer::valueOf),
                option("UseFMA").map(Boolean::valueOf),
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .toList(),
                Runtime.getRuntime().maxMemory(),
                species());
    }

    /**
     * The same JVM under the path by which it was called, which may be a link.
     *
     * @param looking flags that were added only for the probe
     */
    public Jvm calledBy(String executable, List<String> looking) {
        return new Jvm(
                executable,
                version,
                vendor,
                name,
                runtimeVersion,
                inputFlags.stream().filter(flag -> !looking.contains(flag)).toList(),
                compiler,
                useAvx,
                maxVectorSize,
                useFma,
                collectors,
                maxHeapBytes,
                speciesBits);
    }

    /** Its version, and its compiler if that is known and not the usual one. */
    public String label() {
        return version
                + compiler.optional()
                        .filter(name -> !name.equals(USUAL))
                        .map(name -> " " + name)
                        .orElse("");
    }

    private static Fact<String> hottest() {
        if (is("UseCompiler", "false")) {
            return Fact.missing("this JVM only interprets");
        }
        if (is("UseJVMCICompiler", "true")) {
            return Fact.of(Graal.NAME, "VM option UseJVMCICompiler");
        }
        return option("TieredStopAtLevel").map(level -> Integer.parseInt(level) < HIGHEST_LEVEL ? "C1" : USUAL);
    }

    private static boolean is(String option, String value) {
        return value.equals(option(option).value());
    }

    private static Fact<String> option(String name) {
        return Fact.ask("VM option " + name, () -> ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption(name)
                .getValue());
    }

    private static Fact<Integer> species() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Fact.missing("this JVM runs without the module jdk.incubator.vector");
        }
        return Fact.ask("FloatVector.SPECIES_PREFERRED", Preferred::bits);
    }

    /** Separate from the outer class, which must link without the incubator module. */
    private static final class Preferred {
        static int bits() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }
}
