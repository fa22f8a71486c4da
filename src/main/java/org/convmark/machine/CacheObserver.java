package org.convmark.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oshi.hardware.CentralProcessor.ProcessorCache;

/** Observes the caches: sysfs, checked for plausibility and compared with OSHI; on other systems OSHI alone. */
record CacheObserver(FileTree files, Oshi oshi) {
    private static final String CPUS = "/sys/devices/system/cpu";
    private static final Pattern SIZE = Pattern.compile("(\\d+)([KMG]?)");
    private static final Map<String, Integer> SHIFTS = Map.of("", 0, "K", 10, "M", 20, "G", 30);

    Fact<List<Machine.Cache>> caches() {
        Fact<List<ProcessorCache>> reported = reported();
        Map<String, List<String>> folders = folders();
        if (!folders.isEmpty()) {
            List<Machine.Cache> caches = new ArrayList<>();
            folders.forEach((name, instances) -> caches.add(cache(name, instances, other(reported, name))));
            return Fact.of(caches, CPUS + "/cpu*/cache");
        }
        return Fact.<List<Machine.Cache>>missing("there is no " + CPUS + "/cpu*/cache")
                .or(() -> reported.map(
                        all -> all.stream().map(CacheObserver::fromOshi).toList()));
    }

    private Fact<List<ProcessorCache>> reported() {
        return oshi.ask("caches", s -> s.getHardware().getProcessor().getProcessorCaches())
                .then(all -> all.isEmpty() ? Fact.missing("OSHI lists no cache") : Fact.of(all, "OSHI caches"));
    }

    /** Folders per instance, by name of the cache; an instance is identified by the processors that share it. */
    private Map<String, List<String>> folders() {
        Map<String, Map<String, String>> instances = new TreeMap<>();
        for (String cpu : files.names(CPUS, "cpu\\d+")) {
            for (String index : files.names(CPUS + "/" + cpu + "/cache", "index\\d+")) {
                String folder = CPUS + "/" + cpu + "/cache/" + index;
                Fact<Long> level = files.positive(folder + "/level");
                Fact<String> type = files.text(folder + "/type");
                if (level.known() && type.known()) {
                    String sharing =
                            files.text(folder + "/shared_cpu_list").optional().orElse(cpu);
                    instances
                            .computeIfAbsent(name(level.value(), type.value()), n -> new LinkedHashMap<>())
                            .putIfAbsent(sharing, folder);
                }
            }
        }
        Map<String, List<String>> folders = new TreeMap<>();
        instances.forEach((name, byShare) -> folders.put(name, List.copyOf(byShare.values())));
        return folders;
    }

    private static String name(long level, String type) {
        String kind = type.toLowerCase(Locale.ROOT);
        return "L" + level + (kind.startsWith("data") ? "d" : kind.startsWith("instruction") ? "i" : "");
    }

    private Machine.Cache cache(String name, List<String> instances, Fact<Long> other) {
        String folder = instances.get(0);
        Fact<Long> line = files.positive(folder + "/coherency_line_size");
        Fact<Long> ways = files.positive(folder + "/ways_of_associativity");
        Fact<Long> sets = files.positive(folder + "/number_of_sets");
        Fact<Long> size = files.text(folder + "/size").then(text -> size(text, folder + "/size"));
        Fact<Long> bytes = size.then(n -> plausible(n, line, ways, folder)).or(() -> other);
        return new Machine.Cache(
                name,
                bytes,
                line.map(Long::intValue),
                ways.map(Long::intValue),
                sets.map(Long::intValue),
                files.text(folder + "/shared_cpu_list"),
                Fact.of(instances.size(), CPUS + "/cpu*/cache"),
                check(size, other, line.then(l -> ways.then(w -> sets.map(s -> l * w * s)))));
    }

    private static Fact<Long> size(String text, String path) {
        Matcher matcher = SIZE.matcher(text);
        return matcher.matches()
                ? FileTree.number(matcher.group(1), path).map(n -> n << SHIFTS.get(matcher.group(2)))
                : Fact.missing(path + " says '" + text + "', which is not a size");
    }

    /** A cache holds at least one set; virtual machines sometimes report less. */
    private static Fact<Long> plausible(long bytes, Fact<Long> line, Fact<Long> ways, String folder) {
        long least = line.optional().orElse(1L) * ways.optional().orElse(1L);
        return bytes >= least
                ? Fact.of(bytes, folder + "/size")
                : Fact.missing(folder + "/size says " + bytes + " bytes, less than line x ways = " + least);
    }

    private static String check(Fact<Long> size, Fact<Long> other, Fact<Long> geometry) {
        String agreement = !other.known()
                ? "not compared: " + other.missing()
                : Objects.equals(size.value(), other.value()) ? "OSHI agrees" : "OSHI says " + other.value() + " bytes";
        return geometry.known() && !geometry.value().equals(size.value())
                ? agreement + "; line x ways x sets is " + geometry.value() + " bytes"
                : agreement;
    }

    /** The size that OSHI reports for a cache. */
    private static Fact<Long> other(Fact<List<ProcessorCache>> reported, String name) {
        return reported.then(all -> {
            Optional<ProcessorCache> same =
                    all.stream().filter(c -> nameOf(c).equals(name)).findFirst();
            return same.isPresent()
                    ? Oshi.judge("caches", (long) same.get().getCacheSize())
                    : Fact.missing("OSHI does not list " + name);
        });
    }

    private static String nameOf(ProcessorCache cache) {
        return name(cache.getLevel(), cache.getType().name());
    }

    private static Machine.Cache fromOshi(ProcessorCache cache) {
        Fact<Integer> line = Oshi.judge("cache line", (int) cache.getLineSize());
        Fact<Integer> ways = Oshi.judge("cache ways", (int) cache.getAssociativity());
        Fact<Long> size = Oshi.judge("caches", (long) cache.getCacheSize());
        String silence = "OSHI does not say";
        return new Machine.Cache(
                nameOf(cache),
                size.then(n -> plausible(n, line.map(Long::valueOf), ways.map(Long::valueOf), "OSHI " + nameOf(cache))),
                line,
                ways,
                Fact.missing(silence),
                Fact.missing(silence),
                Fact.missing(silence),
                "not compared: OSHI only");
    }
}
