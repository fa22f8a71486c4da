package org.convmark.kernel.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Flags of the JVM that this code runs on. */
final class JvmFlags {
    private JvmFlags() {}

    /** The value of a flag, or null if this JVM knows none of this name. */
    static String value(String name) {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return vm == null ? null : vm.getVMOption(name).getValue();
        } catch (IllegalArgumentException unknownToThisJvm) {
            return null;
        }
    }
}
