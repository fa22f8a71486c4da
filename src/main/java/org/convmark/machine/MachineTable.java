package org.convmark.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A machine as rows of a table for a reader. */
final class MachineTable {
    private final Machine machine;
    private final List<Machine.Row> rows = new ArrayList<>();

    MachineTable(Machine machine) {
        this.machine = machine;
    }

    List<Machine.Row> rows() {
        rows.add(new Machine.Row("Machine", "Identifier", machine.id(), "processor and logical cores"));
        rows.add(new Machine.Row("Machine", "Captured", machine.capturedAt(), "clock of the system, UTC"));
        add("Machine", "Commit", machine.checkout().commit());
        add("Machine", "Changed since commit", machine.checkout().dirty().map(dirty -> dirty ? "yes" : "no"));
        cpu(machine.cpu());
        caches();
        memory(machine.memory());
        os(machine.os());
        limits(machine.limits());
        temperatures();
        graphicsCards();
        machine.variables().optional().ifPresent(this::variables);
        return List.copyOf(rows);
    }

    private void cpu(Machine.Cpu cpu) {
        String section = "Processor";
        add(section, "Model", cpu.model());
        add(section, "Vendor", cpu.vendor());
        add(section, "Family", cpu.family());
        add(section, "Model number", cpu.modelNumber());
        add(section, "Stepping", cpu.stepping());
        add(section, "Sockets", cpu.sockets());
        add(section, "Physical cores", cpu.physicalCores());
        add(section, "Logical cores", cpu.logicalCores());
        add(section, "Features", cpu.features().map(all -> String.join(" ", all)));
        add(section, "Highest clock", cpu.maxMHz().map(MachineTable::megahertz));
        add(section, "Current clock", cpu.currentMHz().map(MachineTable::megahertz));
        add(section, "Governor", cpu.governor());
        add(section, "Boost", cpu.boost());
        add(section, "Hypervisor", cpu.hypervisor());
        add(section, "Cache counters", cpu.counters().map(events -> String.join(", ", events)));
    }

    private void caches() {
        each("Caches", "Caches", machine.caches(), cache -> {
            Fact<String> text = cache.bytes()
                    .map(bytes -> bytes(bytes)
                            + part(cache.ways(), ", %s ways")
                            + part(cache.sets(), ", %s sets")
                            + part(cache.lineBytes(), ", lines of %s B")
                            + part(cache.sharedBy(), ", shared by processors %s")
                            + part(cache.instances(), ", %s of them"));
            return new Machine.Row("Caches", cache.name(), text(text), text.origin() + "; " + cache.check());
        });
    }

    private static String part(Fact<?> fact, String format) {
        return fact.known() ? String.format(Locale.ROOT, format, fact.value()) : "";
    }

    private void memory(Machine.Memory memory) {
        String section = "Memory";
        add(section, "Total", memory.totalBytes().map(MachineTable::bytes));
        add(section, "Available", memory.availableBytes().map(MachineTable::bytes));
        add(section, "Page", memory.pageBytes().map(MachineTable::bytes));
        add(section, "Transparent huge pages", memory.transparentHugePages());
    }

    private void os(Machine.Os os) {
        String section = "Operating system";
        add(section, "Family", os.family());
        add(section, "Version", os.version());
        add(section, "Kernel", os.kernel());
        add(section, "Address randomisation", os.addressRandomisation());
        add(section, "Load", os.loadAverage().map(load -> String.format(Locale.ROOT, "%.2f", load)));
        add(section, "Steal time since boot", os.stealTicks().map(ticks -> ticks + " ticks"));
        add(section, "Uptime", os.uptimeSeconds().map(s -> String.format(Locale.ROOT, "%.1f h", s / 3600.0)));
    }

    private void limits(Machine.Limits limits) {
        String section = "Limits";
        add(section, "Processor time", limits.cpus().map(n -> String.format(Locale.ROOT, "%.2f processors", n)));
        add(section, "Processors", limits.cpuset());
        add(section, "Memory", limits.memoryBytes().map(MachineTable::bytes));
    }

    private void temperatures() {
        String section = "Temperatures";
        each(section, "Sensors", machine.temperatures(), sensor -> {
            String text = String.format(Locale.ROOT, "%.1f °C", sensor.celsius());
            return new Machine.Row(
                    section, sensor.name(), text, machine.temperatures().source());
        });
    }

    private void graphicsCards() {
        String section = "Graphics";
        each(section, "Cards", machine.graphicsCards(), card -> {
            String text = text(card.vendor())
                    + part(card.memoryBytes().map(MachineTable::bytes), ", %s")
                    + part(card.version(), ", %s");
            return new Machine.Row(
                    section, card.name(), text, machine.graphicsCards().source());
        });
    }

    private void variables(Map<String, String> variables) {
        VariableFamily.byFamily(variables)
                .forEach((family, own) -> own.forEach((name, value) -> rows.add(new Machine.Row(
                        "Environment", name, value, "read by " + family.reader() + ": " + family.effect()))));
    }

    private <T> void each(String section, String name, Fact<List<T>> list, Function<T, Machine.Row> row) {
        if (list.known()) {
            list.value().stream().map(row).forEach(rows::add);
        } else {
            add(section, name, list);
        }
    }

    private void add(String section, String name, Fact<?> fact) {
        rows.add(new Machine.Row(section, name, text(fact), fact.origin()));
    }

    private static String text(Fact<?> fact) {
        return fact.known() ? fact.value().toString() : "unavailable";
    }

    private static String megahertz(double megahertz) {
        return String.format(Locale.ROOT, "%.0f MHz", megahertz);
    }

    private static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double n = bytes;
        for (; n >= 1024 && unit < units.length - 1; unit++) {
            n /= 1024;
        }
        return String.format(Locale.ROOT, n == Math.rint(n) ? "%.0f %s" : "%.1f %s", n, units[unit]);
    }
}
