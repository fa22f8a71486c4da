package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.EngineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which devices there are, which of them is meant, and the library that knows. */
class OpenClDevicesTest {
    // ---------------------------------------------------------------- library

    private static void assumeDevice() {
        String reason = OpenClDevices.unavailable(new EngineOptions(0, null));
        assumeTrue(reason == null, "OpenCL is not available: " + reason);
    }

    @Test
    void libraryComesFromDirectoryOfItsOwn() throws Exception {
        assumeDevice();
        assertEquals(Path.of(System.getProperty("java.io.tmpdir")), ClDevice.LIBRARY.getParent());
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "no list of loaded libraries on this system");
        List<String> loaded = Files.readAllLines(maps).stream()
                .filter(l -> l.contains("libJOCL"))
                .toList();
        assertTrue(
                !loaded.isEmpty() && loaded.stream().allMatch(l -> l.contains(ClDevice.LIBRARY + "/")),
                loaded::toString);
    }

    @Test
    void directoryIsPrivateWhileLoadingAndGoneAfterwards() {
        String before = System.getProperty("java.io.tmpdir");
        StringBuilder seen = new StringBuilder();
        Path first = PrivateLibrary.load(() -> {
            Path directory = Path.of(System.getProperty("java.io.tmpdir"));
            seen.append(directory).append(' ').append(permissions(directory));
        });
        assertEquals(first + " rwx------", seen.toString());
        assertNotEquals(first, PrivateLibrary.load(() -> {}));
        assertThrows(
                LinkageError.class,
                () -> PrivateLibrary.load(() -> {
                    throw new UnsatisfiedLinkError("absent");
                }));
        assertEquals(before, System.getProperty("java.io.tmpdir"));
        assertTrue(Files.notExists(first));
    }

    private static String permissions(Path directory) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---------------------------------------------------------------- devices

    @Test
    void devicesAreFoundByPartOfTheirNameInAnyCase() {
        assumeDevice();
        String name = ClDevice.list().devices().get(0).info().name();
        String part = name.substring(name.length() / 2);
        assertNull(OpenClDevices.unavailable(new EngineOptions(0, part.toUpperCase(Locale.ROOT))));
        assertNull(OpenClDevices.unavailable(new EngineOptions(0, part.toLowerCase(Locale.ROOT))));
    }

    /** Two equal GPUs, and names with the signs that separate platform, name and number. */
    @ParameterizedTest
    @CsvSource({
        "a100, 0 1",
        "a100#2, 1",
        "CUDA/a100#1, 0",
        "mesa/, 2 3",
        "mesa/#2, 3",
        "#4, 3",
        "(TM)/x, 3",
        "unit#1, 2",
        "a100#3, ''",
        "cuda/unit, ''"
    })
    void devicesAreChosenByPlatformNameAndNumber(String text, String expected) {
        List<String> names =
                List.of("NVIDIA CUDA/NVIDIA A100", "NVIDIA CUDA/NVIDIA A100", "Mesa/Unit#1", "Mesa/AMD (TM)/X");
        List<ClDevice> devices = names.stream().map(OpenClDevicesTest::named).toList();
        List<Integer> chosen =
                OpenClDevices.matching(
                                devices, d -> d.info().platform(), d -> d.info().name(), text)
                        .stream()
                        .map(found -> IntStream.range(0, devices.size())
                                .filter(i -> devices.get(i) == found)
                                .findFirst()
                                .orElseThrow())
                        .toList();
        assertEquals(expected.trim(), chosen.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    private static ClDevice named(String platformAndName) {
        String[] words = platformAndName.split("/", 2);
        return new ClDevice(described(words[0], words[1], DeviceInfo.Type.GPU, false, 1), null, null, 1);
    }

    private static DeviceInfo described(
            String platform, String name, DeviceInfo.Type type, boolean hostMemory, int units) {
        return new DeviceInfo(
                platform,
                name,
                "",
                type,
                "",
                "",
                units,
                1000,
                4,
                1,
                1,
                "LOCAL",
                1,
                List.of(),
                true,
                hostMemory,
                256,
                List.of(256L));
    }

    @Test
    void discreteGpusComeBeforeOthersAndLargeOnesFirst() {
        List<String> order = Stream.of(
                        described("p", "processor", DeviceInfo.Type.CPU, true, 64),
                        described("p", "inside", DeviceInfo.Type.GPU, true, 96),
                        described("p", "small", DeviceInfo.Type.GPU, false, 40),
                        described("q", "large", DeviceInfo.Type.GPU, false, 132))
                .map(info -> new ClDevice(info, null, null, 1))
                .sorted(OpenClDevices.BEST_FIRST)
                .map(device -> device.info().name())
                .toList();
        assertEquals(List.of("large", "small", "inside", "processor"), order);
    }

    @Test
    void unknownDeviceIsRefusedWithWhatThereIs() {
        assumeDevice();
        EngineOptions settings = new EngineOptions(0, "no such device");
        String reason = OpenClDevices.unavailable(settings);
        assertTrue(
                reason.contains("\"no such device\"")
                        && reason.contains(
                                ClDevice.list().devices().get(0).info().name()),
                reason);
        assertThrows(UnsupportedOperationException.class, () -> OpenClBackend.open(settings));
    }

    @Test
    void devicesDescribeThemselves() {
        assumeDevice();
        for (DeviceInfo info : OpenClDevices.all()) {
            assertTrue(
                    info.computeUnits() > 0 && info.globalBytes() > 0 && info.maxAllocationBytes() > 0, info::toString);
            assertTrue(
                    !info.name().isEmpty()
                            && !info.driver().isEmpty()
                            && !info.platform().isEmpty(),
                    info::toString);
        }
    }
}
