package org.convmark.kernel.opencl;

import org.convmark.kernel.Backend;
import org.convmark.kernel.Target;

/** OpenCL is bound in a later commit. */
public final class OpenClBackend {
    private OpenClBackend() {}

    /** Why it is not available. */
    public static String unavailable(Target.Settings settings) {
        return "not built yet";
    }

    /** Opens it. */
    public static Backend<?> open(Target.Settings settings) {
        throw new UnsupportedOperationException(unavailable(settings));
    }
}
