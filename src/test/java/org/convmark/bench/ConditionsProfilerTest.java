package org.convmark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.Result;

/** Conditions read from fake system files. */
class ConditionsProfilerTest {
    @TempDir
    Path root;

    @Test
    void nothingReadableAddsNothing() {
        assertEquals(Map.of(), iteration(new ConditionsProfiler(root), () -> {}));
    }

    @Test
    void everythingReadable() throws IOException {
        write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3100000");
        write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "4200000");
        write("sys/class/hwmon/hwmon0/name", "nvme");
        write("sys/class/hwmon/hwmon0/temp1_input", "99000");
        write("sys/class/hwmon/hwmon1/name", "k10temp");
        write("sys/class/hwmon/hwmon1/temp1_input", "61500");
        write("sys/class/hwmon/hwmon1/temp2_input", "-5000");
        write("proc/stat", "cpu  100 0 0 100 0 0 0 10 50 0\ncpu0 1 2 3");
        Map<String, Double> results = iteration(
                new ConditionsProfiler(root), () -> write("proc/stat", "cpu  170 0 0 100 0 0 0 40 90 0\ncpu0 1 2 3"));
        assertEquals(Map.of("clock", 4200.0, "temperature", 61.5, "steal", 30.0), results);
    }

    @Test
    void clockOfAVirtualMachine() throws IOException {
        write("proc/cpuinfo", "processor\t: 0\ncpu family\t: 25\ncpu MHz\t\t: 2445.424\n");
        assertEquals(Map.of("clock", 2445.0), iteration(new ConditionsProfiler(root), () -> {}));
    }

    /** What happens while an iteration runs. */
    private interface Work {
        void run() throws IOException;
    }

    private static Map<String, Double> iteration(ConditionsProfiler profiler, Work work) {
        profiler.beforeIteration(null, null);
        try {
            work.run();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return profiler.afterIteration(null, null, null).stream()
                .collect(Collectors.toMap(Result::getLabel, Result::getScore));
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }
}
