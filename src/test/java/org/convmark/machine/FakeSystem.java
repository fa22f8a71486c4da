package org.convmark.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree of system files, written one by one. */
record FakeSystem(Path root) {
    FakeSystem with(String path, String text) {
        try {
            Path file = root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cache of one processor, as sysfs shows it. */
    FakeSystem cache(int cpu, int index, String level, String type, String size, String ways, String shared) {
        String folder = "/sys/devices/system/cpu/cpu" + cpu + "/cache/index" + index;
        return with(folder + "/level", level)
                .with(folder + "/type", type)
                .with(folder + "/size", size)
                .with(folder + "/coherency_line_size", "64")
                .with(folder + "/number_of_sets", "64")
                .with(folder + "/ways_of_associativity", ways)
                .with(folder + "/shared_cpu_list", shared);
    }

    Machine machine() {
        return new Observer(new FileTree(root), Oshi.absent("no OSHI"), root).machine();
    }
}
