package org.convmark.kernel.vector.lane;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;

/** Flags of the JVM that this code runs on. */
public final class JvmFlags {
    private JvmFlags() {}

    /** Why kernels would be hundreds of times slower here than compiled vectors, as far as flags show, or null. */
    public static String obstacle() {
        // Without the instruction every lane goes through BigDecimal.
        if (is("UseFMA", "false")) {
            return "this JVM does not use fused multiply-adds (UseFMA is off) and would emulate them";
        }
        if (is("UseCompiler", "false")) {
            return "this JVM only interprets (UseCompiler is off) and would allocate an object for every vector";
        }
        int level = Integer.parseInt(Objects.requireNonNullElse(value("TieredStopAtLevel"), "4"));
        if (is("TieredCompilation", "true") && level < 4) {
            return "this JVM stops before its optimising compiler (TieredStopAtLevel is " + level
                    + ") and would allocate an object for every vector";
        }
        // Graal does not ask.
        if (is("EnableVectorSupport", "false") && !hasOtherCompiler()) {
            return "this JVM compiles the Vector API like any other code (EnableVectorSupport is off) and would allocate an"
                    + " object for every vector";
        }
        return null;
    }

    /** Whether Graal, or another compiler that the JVM calls through JVMCI, takes the place of C2. */
    static boolean hasOtherCompiler() {
        return is("UseJVMCICompiler", "true");
    }

    private static boolean is(String name, String value) {
        return value.equals(value(name));
    }

    /** The value of a flag, or null if this JVM has no flag of this name. */
    static String value(String name) {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return vm == null ? null : vm.getVMOption(name).getValue();
        } catch (IllegalArgumentException unknownToThisJvm) {
            return null;
        }
    }
}
