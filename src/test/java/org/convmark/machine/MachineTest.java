package org.convmark.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine from system files of a virtual machine, of containers, of a notebook, and from none at all. */
class MachineTest {
    @TempDir
    Path root;

    private FakeSystem system;

    @BeforeEach
    void empty() {
        system = new FakeSystem(root);
    }

    @Test
    void nothingToReadIsMissingWithReasonsEverywhere() {
        Machine machine = system.machine();
        assertEquals("there is no /proc/cpuinfo; no OSHI", machine.cpu().model().missing());
        assertEquals(List.of("LLC-load-misses"), machine.cpu().counters().value(), "of the perf of these tests");
        assertTrue(new PerfCounters("/no/such/perf").events().missing().contains("cannot be started"));
        assertTrue(new PerfCounters("false").events().missing().contains("cannot count cache events"));
        assertFalse(machine.caches().known());
        assertFalse(machine.memory().totalBytes().known());
        assertFalse(machine.os().loadAverage().known());
        assertFalse(machine.os().stealTicks().known());
        assertFalse(machine.limits().cpus().known());
        assertFalse(machine.temperatures().known());
        assertFalse(machine.graphicsCards().known());
        assertFalse(machine.checkout().commit().known());
        for (Machine.Row row : machine.table()) {
            assertFalse(row.origin().isBlank(), row.toString());
            assertFalse(row.text().contains("null"), row.toString());
        }
    }

    @Test
    void virtualMachineIsTold() {
        system.with("/proc/cpuinfo", "model name : AMD EPYC\nflags : fpu avx2 hypervisor fma\ncpu MHz : 2445.4");
        Machine machine = system.machine();
        assertEquals(
                Fact.of("unnamed", "/proc/cpuinfo: flag hypervisor"),
                machine.cpu().hypervisor());
        assertEquals(List.of("avx2", "fma"), machine.cpu().features().value());
        assertEquals(2445.4, machine.cpu().currentMHz().value());
        assertTrue(machine.id().startsWith("amd-epyc-"), machine.id());
    }

    @Test
    void implausibleCacheIsMissingAndSaysWhy() {
        system.cache(0, 0, "1", "Data", "32K", "8", "0").cache(0, 3, "3", "Unified", "1K", "4096", "0");
        Machine machine = system.machine();
        assertEquals(32768L, machine.cache("L1d").orElseThrow().bytes().value());
        Fact<Long> last = machine.cache("L3").orElseThrow().bytes();
        assertEquals(
                "/sys/devices/system/cpu/cpu0/cache/index3/size says 1024 bytes, less than line x ways = 262144; no OSHI",
                last.missing());
    }

    @Test
    void cacheThatContradictsItselfSaysSo() {
        system.cache(0, 0, "1", "Data", "48K", "8", "0");
        assertEquals(
                "not compared: no OSHI; line x ways x sets is 32768 bytes",
                system.machine().cache("L1d").orElseThrow().check());
    }

    @Test
    void zerosAndNonsenseInCachesAreMissing() {
        system.cache(0, 0, "1", "Data", "big", "0", "0");
        Machine.Cache cache = system.machine().cache("L1d").orElseThrow();
        assertFalse(cache.bytes().known());
        assertEquals(
                "/sys/devices/system/cpu/cpu0/cache/index0/ways_of_associativity says 0",
                cache.ways().missing());
    }

    @Test
    void sharedCachesAreCountedOnce() {
        for (int cpu = 0; cpu < 4; cpu++) {
            system.cache(cpu, 0, "1", "Data", "32K", "8", "" + cpu)
                    .cache(cpu, 1, "1", "Instruction", "32K", "8", "" + cpu)
                    .cache(cpu, 2, "2", "Unified", "1M", "16", cpu < 2 ? "0-1" : "2-3");
        }
        Machine machine = system.machine();
        assertEquals(4, machine.cache("L1d").orElseThrow().instances().value());
        assertEquals(4, machine.cache("L1i").orElseThrow().instances().value());
        assertEquals(2, machine.cache("L2").orElseThrow().instances().value());
        assertEquals(1L << 20, machine.cache("L2").orElseThrow().bytes().value());
    }

    @Test
    void clockGovernorBoostAndTopology() {
        String cpus = "/sys/devices/system/cpu";
        system.with(cpus + "/cpu0/cpufreq/scaling_cur_freq", "3100000")
                .with(cpus + "/cpu1/cpufreq/scaling_cur_freq", "4200000")
                .with(cpus + "/cpu0/cpufreq/cpuinfo_max_freq", "4700000")
                .with(cpus + "/cpu0/cpufreq/scaling_governor", "powersave")
                .with(cpus + "/cpu1/cpufreq/scaling_governor", "performance")
                .with(cpus + "/intel_pstate/no_turbo", "0");
        for (int cpu = 0; cpu < 2; cpu++) {
            system.with(cpus + "/cpu" + cpu + "/topology/physical_package_id", "0")
                    .with(cpus + "/cpu" + cpu + "/topology/core_id", "5");
        }
        Machine.Cpu cpu = system.machine().cpu();
        assertEquals(4200.0, cpu.currentMHz().value());
        assertEquals(4700.0, cpu.maxMHz().value());
        assertEquals("powersave,performance", cpu.governor().value());
        assertEquals("on", cpu.boost().value());
        assertEquals(1, cpu.sockets().value());
        assertEquals(1, cpu.physicalCores().value());
    }

    @Test
    void containerOfVersionTwoHasTheTightestLimit() {
        system.with("/proc/self/cgroup", "0::/kube/pod")
                .with("/proc/self/status", "Name: java\nCpus_allowed_list:\t0-3")
                .with("/sys/fs/cgroup/kube/cpu.max", "150000 100000")
                .with("/sys/fs/cgroup/kube/pod/cpu.max", "max 100000")
                .with("/sys/fs/cgroup/kube/pod/memory.max", "2147483648")
                .with("/sys/fs/cgroup/kube/memory.max", "max");
        Machine.Limits limits = system.machine().limits();
        assertEquals(Fact.of(1.5, "/sys/fs/cgroup/kube/cpu.max"), limits.cpus());
        assertEquals(2L << 30, limits.memoryBytes().value());
        assertEquals("0-3", limits.cpuset().value());
    }

    @Test
    void containerOfVersionTwoSeesItsOwnRoot() {
        system.with("/proc/self/cgroup", "0::/docker/0123")
                .with("/sys/fs/cgroup/cpu.max", "50000 100000")
                .with("/sys/fs/cgroup/cpuset.cpus.effective", "2");
        Machine.Limits limits = system.machine().limits();
        assertEquals(0.5, limits.cpus().value());
        assertEquals("2", limits.cpuset().value());
    }

    @Test
    void containerOfVersionOne() {
        system.with("/proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/b\n0::/")
                .with("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "250000")
                .with("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000")
                .with("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1")
                .with("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")
                .with("/sys/fs/cgroup/memory/b/memory.limit_in_bytes", "9223372036854771712")
                .with("/sys/fs/cgroup/cpuset/cpuset.cpus", "0,4");
        Machine.Limits limits = system.machine().limits();
        assertEquals(2.5, limits.cpus().value());
        assertEquals(
                "no limit: /sys/fs/cgroup/memory/b/memory.limit_in_bytes says 9223372036854771712",
                limits.memoryBytes().missing());
        assertEquals("0,4", limits.cpuset().value());
    }

    @Test
    void unlimitedSaysSo() {
        system.with("/sys/fs/cgroup/cpu.max", "max 100000");
        assertEquals(
                "no limit: /sys/fs/cgroup/cpu.max says max",
                system.machine().limits().cpus().missing());
    }

    @Test
    void malformedFilesAreReasons() {
        system.with("/sys/fs/cgroup/cpu.max", "many")
                .with("/sys/fs/cgroup/memory.max", "lots")
                .with("/proc/loadavg", "busy")
                .with("/proc/stat", "cpu 1 2")
                .with("/proc/meminfo", "MemTotal: some kB")
                .with("/proc/cpuinfo", ":::\nflags\n: x\ncpu MHz : fast");
        Machine machine = system.machine();
        assertFalse(machine.limits().cpus().known());
        assertEquals(
                "/sys/fs/cgroup/memory.max says 'lots', which is not a number",
                machine.limits().memoryBytes().missing());
        assertFalse(machine.os().loadAverage().known());
        assertEquals("/proc/stat has no steal time", machine.os().stealTicks().missing());
        assertFalse(machine.memory().totalBytes().known());
        assertFalse(machine.cpu().currentMHz().known());
    }

    @Test
    void memoryOperatingSystemAndSensors() {
        system.with("/proc/meminfo", "MemTotal: 1024 kB\nMemAvailable: 512 kB")
                .with("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never")
                .with("/proc/sys/kernel/randomize_va_space", "2")
                .with("/proc/loadavg", "0.00 0.1 0.2 1/9 1")
                .with("/proc/stat", "cpu  1 2 3 4 5 6 7 0 9 10")
                .with("/sys/class/thermal/thermal_zone0/type", "x86_pkg_temp")
                .with("/sys/class/thermal/thermal_zone0/temp", "61500")
                .with("/sys/class/hwmon/hwmon1/name", "k10temp")
                .with("/sys/class/hwmon/hwmon1/temp1_input", "0");
        Machine machine = system.machine();
        assertEquals(1L << 20, machine.memory().totalBytes().value());
        assertEquals("madvise", machine.memory().transparentHugePages().value());
        assertEquals("full", machine.os().addressRandomisation().value());
        assertEquals(0.0, machine.os().loadAverage().value());
        assertEquals(0L, machine.os().stealTicks().value());
        assertEquals(
                List.of(new Machine.Temperature("x86_pkg_temp", 61.5)),
                machine.temperatures().value());
        assertTrue(machine.table().contains(new Machine.Row("Memory", "Total", "1 MiB", "/proc/meminfo")));
    }

    @Test
    void realMachineHasATable() {
        Machine machine = Machine.capture();
        assertTrue(machine.id().matches("[a-z0-9][a-z0-9-]*-\\d+c"), machine.id());
        assertTrue(Instant.parse(machine.capturedAt()).isBefore(Instant.now().plusSeconds(1)));
        assertTrue(machine.cpu().logicalCores().value() > 0);
        assertTrue(machine.table().size() > 30);
    }
}
