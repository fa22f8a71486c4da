package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.StabilityCheck;
import org.convmark.machine.Device;
import org.convmark.machine.Fact;
import org.convmark.machine.ForkArguments;
import org.convmark.machine.Jvm;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/**
 * Where a run took place: the machine, its JVMs and devices, which targets they run, and what changed during the run.
 */
public final class MachineAnalysis implements Analysis {
    private static final double BUSY = 0.5;

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Probe> probes = run.machine().jvms();
        Machine before = run.machine().before();
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(before)));
        warnings(run).forEach(warning -> contents.add(new Content.Text(warning)));
        contents.add(new Table(
                "What ran",
                List.of("Target", "JVM", "Runs on", "Available?"),
                probes.stream()
                        .flatMap(probe -> probe.targets().stream().map(state -> target(probe, state)))
                        .toList()));
        own(run).map(Content.Text::new).ifPresent(contents::add);
        contents.add(new Content.Fold(
                "JVMs, OpenCL devices, conditions before and after",
                List.of(
                        jvms(probes),
                        devices(probes),
                        new Table("Conditions", List.of("What", "Before", "After"), conditions(run)))));
        contents.add(new Content.Fold("The whole machine, before the run", whole(before)));
        return new Section("Machine", contents);
    }

    /** Arguments that the suite adds to those that the user chose. */
    private static Optional<String> own(Run run) {
        List<String> own = ForkArguments.ALL.stream()
                .filter(argument -> run.measurements().stream()
                        .anyMatch(row -> row.jvmArgs().contains(argument)))
                .toList();
        return own.contains(ForkArguments.TRUST_PROFILES)
                ? Optional.of("Every JVM that measured was started with " + String.join(" ", own) + ".")
                : Optional.empty();
    }

    private static String lead(Machine machine) {
        String cpu = machine.cpu().model().optional().orElse("Unknown processor");
        String cores = machine.cpu()
                .logicalCores()
                .optional()
                .map(n -> ", " + n + " logical cores")
                .orElse("");
        String memory = machine.memory()
                .totalBytes()
                .optional()
                .map(bytes -> ", " + Unit.BYTES.format(bytes))
                .orElse("");
        String os = Stream.of(machine.os().family(), machine.os().version())
                .flatMap(fact -> fact.optional().stream())
                .collect(Collectors.joining(" "));
        return cpu + cores + memory + (os.isEmpty() ? "" : ", " + os) + ".";
    }

    /** What a reader should know before believing the numbers. */
    private static List<String> warnings(Run run) {
        List<String> warnings = new ArrayList<>();
        Machine before = run.machine().before();
        if (!run.machine().complete()) {
            warnings.add("Note: this run has not come to its end.");
        }
        double cores = before.cpu().logicalCores().optional().orElse(1);
        before.os()
                .loadAverage()
                .optional()
                .filter(load -> load > BUSY * cores)
                .ifPresent(load -> warnings.add(
                        String.format(Locale.ROOT, "Note: the machine was busy before the run (load %.2f).", load)));
        steal(run)
                .optional()
                .filter(share -> share > StabilityCheck.MOST_STEAL)
                .ifPresent(share -> warnings.add("Note: the hypervisor gave " + Unit.SHARE.format(share)
                        + " of the processors to others during the run."));
        if (before.checkout().dirty().optional().orElse(false)) {
            warnings.add("Note: the source was changed since its last commit.");
        }
        return warnings;
    }

    /** Steal time as a fraction of all processor time between the two captures, at the usual 100 ticks per second. */
    private static Fact<Double> steal(Run run) {
        if (!run.machine().complete()) {
            return Fact.missing("the run has not come to its end");
        }
        Machine.Os before = run.machine().before().os();
        Machine.Os after = run.machine().after().os();
        double cores = run.machine().before().cpu().logicalCores().optional().orElse(1);
        return before.stealTicks().then(from -> after.stealTicks()
                .then(to -> before.uptimeSeconds().then(start -> after.uptimeSeconds()
                        .then(end -> end > start
                                ? Fact.of((to - from) / (100 * cores * (end - start)), "steal ticks over uptime")
                                : Fact.missing("less than a second passed")))));
    }

    private static List<Cell> target(Probe probe, TargetState state) {
        return List.of(
                Cell.words(state.target()),
                Cell.words(probe.jvm().label()),
                state.available()
                        ? Cell.words(state.description().value())
                        : Cell.missing(state.description().origin()),
                state.available() ? Cell.words("yes") : new Cell.Warning("no"));
    }

    private static Table jvms(List<Probe> probes) {
        return new Table(
                "JVMs",
                List.of(
                        "JVM",
                        "Compiler",
                        "Virtual machine",
                        "Vendor",
                        "Vector species",
                        "Short vectors",
                        "Collectors",
                        "Path"),
                probes.stream().map(MachineAnalysis::jvm).toList());
    }

    private static List<Cell> jvm(Probe probe) {
        Jvm jvm = probe.jvm();
        return List.of(
                Cell.words(jvm.version()),
                cell(jvm.compiler()),
                Cell.words(jvm.name()),
                Cell.words(jvm.vendor()),
                cell(jvm.speciesBits().map(bits -> bits + " bits")),
                cell(shortVectors(probe)),
                Cell.words(String.join(", ", jvm.collectors())),
                Cell.words(jvm.path()));
    }

    /** Whether layers too narrow for long vectors use shorter ones. */
    private static Fact<String> shortVectors(Probe probe) {
        Fact<String> asked = probe.shortVectors() == null ? Fact.missing("not asked") : probe.shortVectors();
        return asked.map(description -> "used for narrow layers: " + asked.source());
    }

    private static Content devices(List<Probe> probes) {
        List<Device> devices = probes.stream()
                .flatMap(probe -> probe.devices().optional().stream())
                .flatMap(List::stream)
                .distinct()
                .toList();
        if (devices.isEmpty()) {
            String reasons = probes.stream()
                    .map(probe -> probe.devices().known()
                            ? "no platform has any"
                            : probe.devices().missing())
                    .distinct()
                    .collect(Collectors.joining("; "));
            return new Content.Text(
                    "No OpenCL device was found: " + (reasons.isEmpty() ? "no JVM was asked" : reasons) + ".");
        }
        return new Table(
                "OpenCL devices",
                List.of("Device", "Kind", "Platform", "Version", "Driver", "Compute units", "Memory"),
                devices.stream().map(MachineAnalysis::device).toList());
    }

    private static List<Cell> device(Device device) {
        return List.of(
                Cell.words(device.name()),
                Cell.words(device.type()),
                Cell.words(device.platform()),
                Cell.words(device.version()),
                Cell.words(device.driver()),
                Cell.number(device.computeUnits(), Unit.COUNT),
                Cell.number(device.globalMemoryBytes(), Unit.BYTES));
    }

    private static List<List<Cell>> conditions(Run run) {
        Machine before = run.machine().before();
        Fact<Machine> after = run.machine().complete()
                ? Fact.of(run.machine().after(), "after the run")
                : Fact.missing("the run has not come to its end");
        return List.of(
                List.of(Cell.words("Captured"), Cell.words(before.capturedAt()), cell(after.map(Machine::capturedAt))),
                List.of(Cell.words("Load"), load(before), cell(after.then(m -> m.os().loadAverage()))),
                List.of(Cell.words("Clock"), clock(before.cpu().currentMHz()), clock(after.then(m -> m.cpu()
                        .currentMHz()))),
                List.of(
                        Cell.words("Memory available"),
                        bytes(before.memory().availableBytes()),
                        bytes(after.then(m -> m.memory().availableBytes()))),
                List.of(Cell.words("Taken by the hypervisor"), Cell.words("from here on"), share(steal(run))));
    }

    private static Cell load(Machine machine) {
        return cell(machine.os().loadAverage());
    }

    private static Cell clock(Fact<Double> megahertz) {
        return cell(megahertz.map(mhz -> String.format(Locale.ROOT, "%.0f MHz", mhz)));
    }

    private static Cell bytes(Fact<Long> bytes) {
        return cell(bytes.map(Unit.BYTES::format));
    }

    private static Cell share(Fact<Double> share) {
        return cell(share.map(Unit.SHARE::format));
    }

    private static Cell cell(Fact<?> fact) {
        return fact.known() ? Cell.words(fact.value().toString()) : Cell.missing(fact.missing());
    }

    private static Table whole(Machine machine) {
        return new Table(
                "Every fact with its origin",
                List.of("Part", "Fact", "Value", "Origin, or why it is missing"),
                machine.table().stream()
                        .map(row -> Stream.of(row.section(), row.name(), row.text(), row.origin())
                                .map(Cell::words)
                                .toList())
                        .toList());
    }
}
