package org.convmark.machine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import oshi.hardware.CentralProcessor;

/** One look at the processor. */
record CpuObserver(FileTree files, Oshi oshi) {
    private static final String INFO = "/proc/cpuinfo";
    private static final String CPUS = "/sys/devices/system/cpu";
    private static final Set<String> INTERESTING = Set.of(
            "sse4_2",
            "avx",
            "avx2",
            "f16c",
            "fma",
            "avx512f",
            "avx512bw",
            "avx512dq",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "avx_vnni",
            "amx_tile",
            "amx_bf16",
            "amx_int8",
            "neon",
            "asimd",
            "asimdhp",
            "asimddp",
            "fphp",
            "sve",
            "sve2",
            "bf16",
            "i8mm",
            "sme");

    Machine.Cpu cpu() {
        return new Machine.Cpu(
                files.entry(INFO, "model name")
                        .or(() -> ask("name", c -> c.getProcessorIdentifier().getName())),
                files.entry(INFO, "vendor_id")
                        .or(() -> ask("vendor", c -> c.getProcessorIdentifier().getVendor())),
                files.entry(INFO, "cpu family")
                        .or(() -> ask("family", c -> c.getProcessorIdentifier().getFamily())),
                files.entry(INFO, "model")
                        .or(() -> ask("model", c -> c.getProcessorIdentifier().getModel())),
                files.entry(INFO, "stepping")
                        .or(() ->
                                ask("stepping", c -> c.getProcessorIdentifier().getStepping())),
                topology("physical_package_id").or(() -> ask("sockets", CentralProcessor::getPhysicalPackageCount)),
                topology("physical_package_id", "core_id")
                        .or(() -> ask("physical count", CentralProcessor::getPhysicalProcessorCount)),
                ask("logical count", CentralProcessor::getLogicalProcessorCount)
                        .or(() -> Fact.of(Runtime.getRuntime().availableProcessors(), "Runtime.availableProcessors")),
                features(),
                fastest("cpuinfo_max_freq").or(() -> ask("highest clock", CentralProcessor::getMaxFreq)
                        .map(hertz -> hertz / 1e6)),
                current(),
                governor(),
                boost(),
                hypervisor(),
                PerfCounters.ofJmh().events());
    }

    private <T> Fact<T> ask(String what, Function<CentralProcessor, T> question) {
        return oshi.ask("processor " + what, s -> question.apply(s.getHardware().getProcessor()));
    }

    private List<String> cpus() {
        return files.names(CPUS, "cpu\\d+");
    }

    /** Number of distinct tuples of topology entries; a negative entry means unknown. */
    private Fact<Integer> topology(String... entries) {
        Set<List<Long>> different = new HashSet<>();
        for (String cpu : cpus()) {
            List<Fact<Long>> ids = Arrays.stream(entries)
                    .map(entry -> files.number(CPUS + "/" + cpu + "/topology/" + entry))
                    .toList();
            if (ids.stream().allMatch(id -> id.known() && id.value() >= 0)) {
                different.add(ids.stream().map(Fact::value).toList());
            }
        }
        String source = CPUS + "/cpu*/topology";
        return different.isEmpty() ? Fact.missing(source + " does not say") : Fact.of(different.size(), source);
    }

    private Fact<List<String>> features() {
        return files.entry(INFO, "flags")
                .or(() -> files.entry(INFO, "Features"))
                .or(() -> ask("features", c -> String.join(" ", c.getFeatureFlags())))
                .map(CpuObserver::interesting);
    }

    /** Windows names avx2 PF_AVX2_INSTRUCTIONS_AVAILABLE, and the others alike. */
    private static List<String> interesting(String flags) {
        return Stream.of(flags.toLowerCase(Locale.ROOT).split("[^a-z0-9_]+"))
                .map(flag -> flag.replaceAll("^pf_(arm_)?|_instructions_available$", ""))
                .filter(INTERESTING::contains)
                .distinct()
                .sorted()
                .toList();
    }

    private Fact<Double> fastest(String entry) {
        String source = CPUS + "/cpu*/cpufreq/" + entry;
        return cpus().stream()
                .map(cpu -> files.positive(CPUS + "/" + cpu + "/cpufreq/" + entry))
                .flatMap(kilohertz -> kilohertz.optional().stream())
                .max(Long::compare)
                .map(kilohertz -> Fact.of(kilohertz / 1e3, source))
                .orElseGet(() -> Fact.missing(source + " does not say"));
    }

    private Fact<Double> current() {
        return fastest("scaling_cur_freq")
                .or(this::listed)
                .or(() -> ask(
                        "clock", c -> Arrays.stream(c.getCurrentFreq()).max().orElse(0) / 1e6));
    }

    /** The highest "cpu MHz" of /proc/cpuinfo; in virtual machines it is constant. */
    private Fact<Double> listed() {
        return files.text(INFO).then(text -> text.lines()
                .filter(line -> line.startsWith("cpu MHz"))
                .map(line -> Fact.ask(
                        INFO,
                        () -> Double.valueOf(
                                line.substring(line.indexOf(':') + 1).strip())))
                .flatMap(megahertz -> megahertz.optional().stream())
                .filter(megahertz -> megahertz > 0)
                .max(Double::compare)
                .map(megahertz -> Fact.of(megahertz, INFO))
                .orElseGet(() -> Fact.missing(INFO + " has no entry cpu MHz")));
    }

    private Fact<String> governor() {
        String all = cpus().stream()
                .map(cpu -> files.text(CPUS + "/" + cpu + "/cpufreq/scaling_governor"))
                .flatMap(governor -> governor.optional().stream())
                .distinct()
                .collect(Collectors.joining(","));
        String source = CPUS + "/cpu*/cpufreq/scaling_governor";
        return all.isEmpty() ? Fact.missing("there is no " + source) : Fact.of(all, source);
    }

    private Fact<String> boost() {
        return files.text(CPUS + "/cpufreq/boost")
                .map(on -> on.equals("1") ? "on" : "off")
                .or(() -> files.text(CPUS + "/intel_pstate/no_turbo").map(off -> off.equals("1") ? "off" : "on"));
    }

    /** Only x86 tells guests that they are virtual; elsewhere the firmware's name may. */
    private Fact<String> hypervisor() {
        Fact<String> flags = files.entry(INFO, "flags");
        if (flags.known() && !List.of(flags.value().split(" ")).contains("hypervisor")) {
            return Fact.of("none", INFO + ": no hypervisor flag");
        }
        Fact<String> named = oshi.ask(
                        "virtualization",
                        s -> s.getHardware().getVirtualization().orElse(null))
                .or(() -> files.text("/sys/hypervisor/type"))
                .or(() ->
                        flags.known() ? files.text("/sys/class/dmi/id/sys_vendor") : Fact.missing("no flag shows it"));
        return flags.known() ? named.or(() -> Fact.of("unnamed", INFO + ": flag hypervisor")) : named;
    }
}
