package org.convmark.kernel.opencl;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.NativeLibraries;

/** The OpenCL devices of this machine, and which of them options mean. */
public final class OpenClDevices {
    private OpenClDevices() {}

    /** All devices of all platforms; none where OpenCL is not installed. */
    public static List<DeviceInfo> all() {
        try {
            return ClDevice.all().stream().map(ClDevice::info).toList();
        } catch (LinkageError | UnsupportedOperationException absent) {
            return List.of();
        }
    }

    /** Why no device can be opened with these options, in one sentence, or null. */
    public static String unavailable(EngineOptions options) {
        List<ClDevice> devices;
        try {
            devices = ClDevice.all();
        } catch (LinkageError | UnsupportedOperationException absent) {
            return NativeLibraries.reason(absent)
                    .orElseGet(() -> "OpenCL does not load, install an ICD loader, for example ocl-icd-libopencl1: "
                            + reason(absent));
        }
        if (devices.isEmpty()) {
            List<String> platforms = ClDevice.platformNames();
            return platforms.isEmpty()
                    ? "no OpenCL platform is installed: install a driver, for a CPU for example pocl-opencl-icd"
                    : "an OpenCL platform is installed (" + String.join(", ", platforms) + ") but offers no device";
        }
        if (pick(devices, options.device()).isEmpty()) {
            return "no OpenCL device is called \"" + options.device() + "\": there is "
                    + devices.stream().map(d -> d.info().name()).collect(Collectors.joining(", "));
        }
        return null;
    }

    /** The innermost message; a class that failed to initialise once wraps it in "Exception ...: ... [in thread ...]". */
    private static String reason(Throwable failure) {
        String line = NativeLibraries.innermost(failure);
        return line.replaceAll("^Exception [\\w.]+: | \\[in thread .*]$", "");
    }

    /**
     * The first GPU, else the first other device, of the name asked for.
     *
     * @throws UnsupportedOperationException with the reason if there is none
     */
    static ClDevice pick(EngineOptions options) {
        String reason = unavailable(options);
        if (reason != null) {
            throw new UnsupportedOperationException(reason);
        }
        return pick(ClDevice.all(), options.device()).orElseThrow();
    }

    private static Optional<ClDevice> pick(List<ClDevice> devices, String name) {
        return devices.stream()
                .filter(d -> name == null || lower(d.info().name()).contains(lower(name)))
                .min(Comparator.comparing(d -> d.info().type()));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
