package org.convmark.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Observes the control groups of this process, version 2 before version 1: the tightest limit from its group up to the root. */
record LimitObserver(FileTree files) {
    private static final String ROOT = "/sys/fs/cgroup";
    /** Version 1 writes "no limit" as the largest multiple of the page size. */
    private static final long UNLIMITED = 1L << 60;

    Machine.Limits limits() {
        return new Machine.Limits(
                tightest(files("cpu.max", "cpu", "cpu.cfs_quota_us"), this::processors),
                files.entry("/proc/self/status", "Cpus_allowed_list")
                        .or(() -> first(files("cpuset.cpus.effective", "cpuset", "cpuset.cpus"))),
                tightest(files("memory.max", "memory", "memory.limit_in_bytes"), this::bytes));
    }

    private List<String> files(String second, String controller, String first) {
        return Stream.of(above(ROOT, "", second), above(ROOT + "/" + controller, controller, first))
                .flatMap(List::stream)
                .toList();
    }

    /** A file in the group of this process and in every group above it. */
    private List<String> above(String mount, String controller, String name) {
        String group = files.text("/proc/self/cgroup")
                .optional()
                .orElse("")
                .lines()
                .map(line -> line.split(":", 3))
                .filter(entry -> entry.length == 3
                        && (controller.isEmpty()
                                ? entry[0].equals("0")
                                : List.of(entry[1].split(",")).contains(controller)))
                .map(entry -> entry[2])
                .findFirst()
                .orElse("/");
        List<String> paths = new ArrayList<>();
        for (String at = group; at.length() > 1; at = at.substring(0, at.lastIndexOf('/'))) {
            paths.add(mount + at + "/" + name);
        }
        paths.add(mount + "/" + name);
        return paths;
    }

    /** Reasons name only the outermost group; the names of inner groups mean nothing to a reader of the results. */
    private <T extends Comparable<T>> Fact<T> tightest(List<String> paths, Function<String, Fact<T>> read) {
        List<Fact<T>> present = paths.stream()
                .filter(path -> files.text(path).known())
                .map(read)
                .toList();
        return present.stream()
                .filter(Fact::known)
                .min(Comparator.comparing(Fact::value))
                .orElseGet(() -> present.isEmpty()
                        ? Fact.missing("there is no " + paths.get(paths.size() - 1))
                        : present.get(present.size() - 1));
    }

    private Fact<String> first(List<String> paths) {
        return paths.stream()
                .map(files::text)
                .filter(Fact::known)
                .findFirst()
                .orElseGet(() -> Fact.missing("there is no " + String.join(", ", paths)));
    }

    private Fact<Double> processors(String path) {
        return path.endsWith("cpu.max") ? share(path) : quota(path);
    }

    /** Version 2: quota and period in one file. */
    private Fact<Double> share(String path) {
        return files.text(path).then(text -> {
            String[] parts = text.split("\\s+");
            return parts[0].equals("max")
                    ? Fact.missing("no limit: " + path + " says max")
                    : Fact.ask(path, () -> Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
        });
    }

    /** Version 1: quota and period in two files, -1 for no limit. */
    private Fact<Double> quota(String path) {
        Fact<Long> period = files.positive(path.replace("quota", "period"));
        return files.number(path)
                .then(quota -> quota < 0
                        ? Fact.missing("no limit: " + path + " says " + quota)
                        : period.map(p -> quota / (double) p));
    }

    private Fact<Long> bytes(String path) {
        return files.text(path)
                .then(text -> text.equals("max")
                        ? Fact.missing("no limit: " + path + " says max")
                        : FileTree.number(text, path))
                .then(bytes -> bytes >= UNLIMITED
                        ? Fact.missing("no limit: " + path + " says " + bytes)
                        : Fact.of(bytes, path));
    }
}
