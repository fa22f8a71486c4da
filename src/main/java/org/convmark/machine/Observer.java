package org.convmark.machine;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oshi.hardware.GraphicsCard;

/**
 * Observes a machine: first the system's own files, then OSHI.
 *
 * @param folder the folder whose git checkout is looked up
 */
record Observer(FileTree files, Oshi oshi, Path folder) {
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");
    private static final Map<String, String> ASLR = Map.of("0", "off", "1", "partial", "2", "full");

    Machine machine() {
        Machine.Cpu cpu = new CpuObserver(files, oshi).cpu();
        return new Machine(
                id(cpu),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                cpu,
                new CacheObserver(files, oshi).caches(),
                memory(),
                os(),
                new LimitObserver(files).limits(),
                temperatures(),
                graphicsCards(),
                VariableFamily.ofProcess(),
                new Git(folder).checkout());
    }

    /** Processor and logical cores; never the name of a host or a person. */
    private static String id(Machine.Cpu cpu) {
        String model = cpu.model()
                .or(cpu::vendor)
                .optional()
                .orElse(System.getProperty("os.arch"))
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\((r|tm|c)\\)|\\bcpu\\b|\\bprocessor\\b|@.*|\\d+-core", " ")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        int cores = cpu.logicalCores().optional().orElse(Runtime.getRuntime().availableProcessors());
        return model.substring(0, Math.min(model.length(), 40)) + "-" + cores + "c";
    }

    private Machine.Memory memory() {
        return new Machine.Memory(
                meminfo("MemTotal")
                        .or(() -> oshi.ask(
                                "memory", s -> s.getHardware().getMemory().getTotal())),
                meminfo("MemAvailable")
                        .or(() -> oshi.ask(
                                "memory", s -> s.getHardware().getMemory().getAvailable())),
                oshi.ask("page size", s -> s.getHardware().getMemory().getPageSize()),
                files.text("/sys/kernel/mm/transparent_hugepage/enabled").then(Observer::chosen));
    }

    private Fact<Long> meminfo(String name) {
        String path = "/proc/meminfo";
        return files.entry(path, name)
                .then(value -> FileTree.number(value.replace(" kB", ""), path))
                .map(kibibytes -> kibibytes * 1024);
    }

    private static Fact<String> chosen(String setting) {
        Matcher matcher = CHOSEN.matcher(setting);
        return matcher.find()
                ? Fact.of(matcher.group(1), "/sys/kernel/mm/transparent_hugepage/enabled")
                : Fact.missing("no value is selected in '" + setting + "'");
    }

    private Machine.Os os() {
        return new Machine.Os(
                oshi.ask("family", s -> s.getOperatingSystem().getFamily()).or(() -> property("os.name")),
                oshi.ask("version", s -> s.getOperatingSystem().getVersionInfo().toString()),
                property("os.version"),
                files.text("/proc/sys/kernel/randomize_va_space").map(n -> ASLR.getOrDefault(n, n)),
                load(),
                steal(),
                oshi.ask("uptime", s -> s.getOperatingSystem().getSystemUptime()));
    }

    private static Fact<String> property(String name) {
        return Fact.ask("system property " + name, () -> System.getProperty(name));
    }

    private Fact<Double> load() {
        String path = "/proc/loadavg";
        return files.text(path)
                .then(text -> Fact.ask(path, () -> Double.valueOf(text.split("\\s+")[0])))
                .or(() -> oshi.ask("load", s -> s.getHardware().getProcessor().getSystemLoadAverage(1)[0]));
    }

    /** The eighth number after "cpu" in /proc/stat. */
    private Fact<Long> steal() {
        String path = "/proc/stat";
        return files.text(path).then(text -> {
            String[] first = text.lines().findFirst().orElse("").split("\\s+");
            return first[0].equals("cpu") && first.length > 8
                    ? FileTree.number(first[8], path)
                    : Fact.missing(path + " has no steal time");
        });
    }

    private Fact<List<Machine.Temperature>> temperatures() {
        List<Machine.Temperature> found = new ArrayList<>();
        for (String zone : files.names("/sys/class/thermal", "thermal_zone\\d+")) {
            String path = "/sys/class/thermal/" + zone;
            sensor(path + "/type", zone, path + "/temp").ifPresent(found::add);
        }
        for (String chip : files.names("/sys/class/hwmon", "hwmon\\d+")) {
            String path = "/sys/class/hwmon/" + chip;
            for (String input : files.names(path, "temp\\d+_input")) {
                sensor(path + "/name", chip, path + "/" + input).ifPresent(found::add);
            }
        }
        if (!found.isEmpty()) {
            return Fact.of(found, "/sys/class/thermal, /sys/class/hwmon");
        }
        return Fact.<List<Machine.Temperature>>missing("no sensor in /sys/class/thermal or /sys/class/hwmon")
                .or(() -> oshi.ask(
                                "CPU temperature",
                                s -> s.getHardware().getSensors().getCpuTemperature())
                        .map(celsius -> List.of(new Machine.Temperature("cpu", celsius))));
    }

    /** A sensor that reports thousandths of a degree; broken ones report 0 or less. */
    private Optional<Machine.Temperature> sensor(String name, String otherwise, String value) {
        return files.positive(value)
                .optional()
                .map(t -> new Machine.Temperature(files.text(name).optional().orElse(otherwise), t / 1000.0));
    }

    private Fact<List<Machine.GraphicsCard>> graphicsCards() {
        return oshi.ask("graphics cards", s -> s.getHardware().getGraphicsCards())
                .then(cards -> cards.isEmpty()
                        ? Fact.missing("OSHI lists no graphics card")
                        : Fact.of(cards.stream().map(Observer::card).toList(), "OSHI graphics cards"));
    }

    private static Machine.GraphicsCard card(GraphicsCard card) {
        return new Machine.GraphicsCard(
                card.getName(),
                Oshi.judge("graphics card vendor", card.getVendor()),
                Oshi.judge("graphics card version", card.getVersionInfo()),
                Oshi.judge("graphics card memory", card.getVRam()));
    }
}
