package org.convmark.kernel.opencl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.NativeLibraries;

/** The OpenCL devices of this machine, and which of them options mean. */
public final class OpenClDevices {
    /** A discrete GPU before one in a processor, then the one of more operations per second. */
    static final Comparator<ClDevice> BEST_FIRST = Comparator.comparing(
                    (ClDevice device) -> device.info().type())
            .thenComparing(device -> device.info().hostMemory())
            .thenComparing(device ->
                    -(long) device.info().computeUnits() * device.info().clockMHz());

    /** A name with a number among the devices that have it, and without. */
    private static final Pattern NUMBERED = Pattern.compile("(.*)#(\\d{1,4})");

    /** What {@link #main} prints before the number of platforms. */
    public static final String PLATFORMS = "convmark platforms ";

    private OpenClDevices() {}

    /** All devices of all platforms, in the order in which they are chosen; none where OpenCL is not installed. */
    public static List<DeviceInfo> all() {
        try {
            return sorted(ClDevice.list()).stream().map(ClDevice::info).toList();
        } catch (LinkageError | UnsupportedOperationException absent) {
            return List.of();
        }
    }

    /** Why no device can be opened with these options, in one sentence, or null. */
    public static String unavailable(EngineOptions options) {
        ClDevice.Listing listing;
        try {
            listing = ClDevice.list();
        } catch (LinkageError | UnsupportedOperationException absent) {
            return NativeLibraries.reason(absent)
                    .orElseGet(() -> "OpenCL does not load, install an ICD loader, for example ocl-icd-libopencl1: "
                            + reason(absent));
        }
        if (listing.devices().isEmpty()) {
            return listing.problems().isEmpty() ? absent(listing.platforms()) : String.join("; ", listing.problems());
        }
        List<ClDevice> devices = sorted(listing);
        return matching(devices, options.device()).isEmpty()
                ? "no OpenCL device is called \"" + options.device() + "\": there is "
                        + devices.stream().map(d -> d.info().name()).collect(Collectors.joining(", "))
                : null;
    }

    private static String absent(List<String> platforms) {
        return platforms.isEmpty()
                ? "no OpenCL platform is installed: install a driver, for a CPU for example pocl-opencl-icd"
                : "an OpenCL platform is installed (" + String.join(", ", platforms) + ") but offers no device";
    }

    /** The innermost message; a class that failed to initialise once wraps it in "Exception ...: ... [in thread ...]". */
    private static String reason(Throwable failure) {
        String line = NativeLibraries.innermost(failure);
        return line.replaceAll("^Exception [\\w.]+: | \\[in thread .*]$", "");
    }

    /**
     * The best device that the options mean.
     *
     * @throws UnsupportedOperationException with the reason if there is none
     */
    static ClDevice pick(EngineOptions options) {
        String reason = unavailable(options);
        if (reason != null) {
            throw new UnsupportedOperationException(reason);
        }
        return matching(sorted(ClDevice.list()), options.device()).get(0);
    }

    private static List<ClDevice> sorted(ClDevice.Listing listing) {
        List<ClDevice> devices = new ArrayList<>(listing.devices());
        devices.sort(BEST_FIRST);
        return devices;
    }

    /**
     * The devices that a text means, which is {@code NAME}, {@code PLATFORM/NAME} or one of these with {@code #NUMBER}: parts of
     * names in any case, and a number from 1 on among the devices so named. A device whose name has these signs is found by it, too.
     */
    public static <T> List<T> matching(
            List<T> devices, Function<T, String> platform, Function<T, String> name, String text) {
        if (text == null) {
            return devices;
        }
        List<T> named = named(devices, platform, name, text);
        Matcher numbered = NUMBERED.matcher(text);
        if (!named.isEmpty() || !numbered.matches()) {
            return named;
        }
        List<T> all = named(devices, platform, name, numbered.group(1));
        int number = Integer.parseInt(numbered.group(2));
        return number < 1 || number > all.size() ? List.of() : List.of(all.get(number - 1));
    }

    private static <T> List<T> named(
            List<T> devices, Function<T, String> platform, Function<T, String> name, String text) {
        int slash = text.indexOf('/');
        Predicate<T> both = device -> slash >= 0
                && contains(platform.apply(device), text.substring(0, slash))
                && contains(name.apply(device), text.substring(slash + 1));
        return devices.stream()
                .filter(both.or(device -> contains(name.apply(device), text)))
                .toList();
    }

    private static List<ClDevice> matching(List<ClDevice> devices, String text) {
        return matching(
                devices,
                device -> device.info().platform(),
                device -> device.info().name(),
                text);
    }

    /** Main class of a child JVM that only says how many platforms it sees, because a driver may crash or hang it. */
    public static void main(String[] arguments) {
        try {
            System.out.println("\n" + PLATFORMS + ClDevice.list().platforms().size());
        } catch (LinkageError | UnsupportedOperationException absent) {
            System.out.println(NativeLibraries.innermost(absent));
        }
        System.out.flush();
        // Drivers may hang or crash in their exit hooks.
        Runtime.getRuntime().halt(0);
    }

    private static boolean contains(String name, String part) {
        return name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}
