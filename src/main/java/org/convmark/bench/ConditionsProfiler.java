package org.convmark.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.model.Metric;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The conditions under which each iteration ran, as secondary results: {@link Metric#CLOCK}, {@link Metric#STEAL} and
 * {@link Metric#TEMPERATURE}. What cannot be read is omitted. Files stay open and are read into one buffer, so that allocation
 * profilers see almost none of it.
 */
public final class ConditionsProfiler implements InternalProfiler {
    private static final int STEAL = 7;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 14);
    private final List<FileChannel> clocks;
    private final List<FileChannel> temperatures;
    private final List<FileChannel> info;
    private final List<FileChannel> stat;
    private long stealBefore;
    private long totalBefore;
    private long steal;
    private long total;

    /** For this machine. */
    public ConditionsProfiler() {
        this(Path.of("/"));
    }

    /** @param root folder that holds proc and sys */
    ConditionsProfiler(Path root) {
        Path sys = root.resolve("sys");
        clocks = open(children(sys.resolve("devices/system/cpu"), "cpu\\d+")
                .map(cpu -> cpu.resolve("cpufreq/scaling_cur_freq")));
        temperatures = open(Stream.concat(
                children(sys.resolve("class/hwmon"), "hwmon\\d+")
                        .filter(chip -> says(chip.resolve("name"), "coretemp|k10temp|zenpower|cpu_thermal"))
                        .flatMap(chip -> children(chip, "temp\\d+_input")),
                children(sys.resolve("class/thermal"), "thermal_zone\\d+")
                        .filter(zone -> says(zone.resolve("type"), "x86_pkg_temp|cpu.*|soc.*"))
                        .map(zone -> zone.resolve("temp"))));
        info = open(Stream.of(root.resolve("proc/cpuinfo")));
        stat = open(Stream.of(root.resolve("proc/stat")));
    }

    @Override
    public String getDescription() {
        return "Clock, steal time and temperature of each iteration";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        readTimes();
        stealBefore = steal;
        totalBefore = total;
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        List<ScalarResult> results = new ArrayList<>(3);
        double megahertz = clocks.isEmpty() ? listedClock() : highest(clocks) / 1e3;
        if (megahertz > 0) {
            results.add(SecondaryResult.of(Metric.CLOCK, megahertz, AggregationPolicy.AVG));
        }
        readTimes();
        if (total > totalBefore && steal >= stealBefore) {
            double share = 100.0 * (steal - stealBefore) / (total - totalBefore);
            results.add(SecondaryResult.of(Metric.STEAL, share, AggregationPolicy.AVG));
        }
        long hottest = highest(temperatures);
        if (hottest > 0) {
            results.add(SecondaryResult.of(Metric.TEMPERATURE, hottest / 1e3, AggregationPolicy.AVG));
        }
        return results;
    }

    /** Steal time and total time of all processors in ticks, from the first line of /proc/stat. */
    private void readTimes() {
        steal = 0;
        total = 0;
        if (stat.isEmpty() || !fill(stat.get(0))) {
            return;
        }
        long sum = 0;
        for (int field = 0; field <= STEAL; field++) {
            long ticks = nextNumber();
            if (ticks < 0) {
                return;
            }
            sum += ticks;
            steal = ticks;
        }
        total = sum;
    }

    /** The highest number in files that hold one number each, or -1. */
    private long highest(List<FileChannel> files) {
        long highest = -1;
        for (int i = 0; i < files.size(); i++) {
            if (fill(files.get(i))) {
                highest = Math.max(highest, nextNumber());
            }
        }
        return highest;
    }

    /** The first "cpu MHz" of /proc/cpuinfo, or -1; without cpufreq all processors show the same value. */
    private double listedClock() {
        if (info.isEmpty() || !fill(info.get(0))) {
            return -1;
        }
        String key = "cpu MHz";
        int matched = 0;
        while (buffer.hasRemaining() && matched < key.length()) {
            char c = (char) buffer.get();
            matched = c == key.charAt(matched) ? matched + 1 : c == key.charAt(0) ? 1 : 0;
        }
        return matched == key.length() ? nextNumber() : -1;
    }

    /** The next run of digits in the buffer; -1 if there is none or it is negative. */
    private long nextNumber() {
        long number = -1;
        while (buffer.hasRemaining()) {
            char c = (char) buffer.get();
            if (c >= '0' && c <= '9') {
                number = Math.max(number, 0) * 10 + c - '0';
            } else if (c == '-' || number >= 0) {
                return number;
            }
        }
        return number;
    }

    private boolean fill(FileChannel file) {
        buffer.clear();
        try {
            int read = file.read(buffer, 0);
            buffer.flip();
            return read > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The files that can be opened. */
    private static List<FileChannel> open(Stream<Path> paths) {
        return paths.flatMap(path -> {
                    try {
                        return Stream.of(FileChannel.open(path, StandardOpenOption.READ));
                    } catch (IOException e) {
                        return Stream.empty();
                    }
                })
                .toList();
    }

    private static Stream<Path> children(Path folder, String pattern) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(pattern)).toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static boolean says(Path file, String pattern) {
        try {
            return Files.readString(file).strip().matches(pattern);
        } catch (IOException e) {
            return false;
        }
    }
}
