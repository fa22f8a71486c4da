package org.convmark.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Bounds.Bound;
import org.convmark.analysis.facts.Roofs;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.fusion.FusionPlanner;
import org.convmark.io.InputError;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.model.ActivationChain;
import org.convmark.model.Block;
import org.convmark.model.Caches;
import org.convmark.model.Fused;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Unit;
import org.convmark.results.Run;
import org.convmark.run.Host;
import org.convmark.run.Parameters;
import org.convmark.run.Plan;
import org.convmark.run.Profile;
import org.convmark.run.Progress;
import org.convmark.run.Selection;
import org.convmark.run.Suite;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists benchmarks, profiles and targets, and says why a target cannot be used here. */
@Command(
        name = "list",
        description = "Lists benchmarks, profiles and targets, and says why a target cannot be used here.",
        mixinStandardHelpOptions = true)
public final class ListCommand implements Runnable {
    private static final int WIDTH = 64;
    private static final int IMAGE = 56;

    @Mixin
    private JvmOptions options;

    @Option(
            names = "--plans",
            description = "Also show how each fused block runs on this machine at width 64, image 56 and one worker.")
    private boolean plans;

    @Option(
            names = "--roofs",
            paramLabel = "RUN",
            description =
                    "As --plans, with the least time that each kernel can take at the roofs that this run measured.")
    private Path roofs;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Optional<Roofs.Limits> limits = Optional.ofNullable(roofs).map(ListCommand::limits);
        PrintWriter out = spec.commandLine().getOut();
        out.println("Patterns:  " + names(Pattern.values()));
        out.println("Blocks:    " + names(Block.values()));
        out.println("Operators: " + names(Operator.values()));
        out.println("Activations: " + names(ActivationChain.values()));
        out.println("Networks:  " + names(Network.values()));
        out.println(
                "Benchmarks, for --include (only standard and full measure operators, activations and networks unless it names them, gpu some networks):");
        Stream.concat(Suite.workloads().stream(), Suite.roofs().stream()).forEach(name -> out.println("  " + name));
        Map<JvmSetup, Probe> probes = options.probes();
        Host here = new Host(Machine.capture(), probes, options.device, "");
        out.println("Profiles, on this machine, without --peers:");
        for (Profile profile : Profile.values()) {
            Plan plan =
                    Selection.of(profile, new Parameters(List.of()), Set.of()).plan(here, profile.effort());
            out.printf(
                    "  %-9s %5d rows, about %s%n", profile.label(), plan.rows().size(), Progress.text(plan.estimate()));
        }
        probes.values().forEach(probe -> targets(probe, out));
        JvmOptions.devices(probes.values().iterator().next(), options.device, out);
        if (plans || limits.isPresent()) {
            Caches caches = Caches.of(here.machine().cacheSizes());
            probes.keySet().stream()
                    .map(setup -> setup.overrides().scheduleOrNone())
                    .distinct()
                    .forEach(schedule -> plans(new FusionConstraints(caches, Long.MAX_VALUE, schedule), limits, out));
        }
    }

    private static Roofs.Limits limits(Path run) {
        return new Roofs(read(run))
                .limits(Target.VECTOR, 1)
                .orElseThrow(
                        () -> new InputError(
                                "--roofs: " + run + " has no arithmetic roof or no memory roofs of " + Target.VECTOR
                                        + " with one worker: measure them by ./run.sh run --include Roof, or give another run."));
    }

    private static Run read(Path run) {
        try {
            return Run.read(run);
        } catch (IllegalArgumentException e) {
            throw new InputError("--roofs: " + e.getMessage());
        }
    }

    private static void plans(FusionConstraints constraints, Optional<Roofs.Limits> limits, PrintWriter out) {
        if (!constraints.wish().equals(ScheduleOverride.NONE)) {
            out.println("Plans with --schedule " + constraints.wish().toText() + ":");
        }
        Stream.<Stack>concat(Stream.of(Block.values()), Stream.of(Pattern.values()))
                .forEach(workload ->
                        plans(workload, new FusionPlanner(constraints, FusionCapabilities.CPU, 1), limits, out));
    }

    private static void plans(Stack workload, FusionPlanner planner, Optional<Roofs.Limits> limits, PrintWriter out) {
        out.println(workload + ":");
        Graph graph = workload.graph(1, WIDTH, IMAGE, 1).fuse(Fusion.BLOCK);
        graph.nodes().stream()
                .map(Graph.Node::layer)
                .filter(layer -> layer instanceof Fused)
                .map(layer -> plan(((Fused) layer).body(), planner))
                .distinct()
                .forEach(plan -> out.println(plan.indent(2).stripTrailing()));
        limits.flatMap(at -> bound(graph, planner, at)).ifPresent(bound -> bounds(bound, out));
    }

    private static Optional<Bound> bound(Graph graph, FusionPlanner planner, Roofs.Limits limits) {
        try {
            return Optional.of(Bound.of(planner.schedule(graph), limits));
        } catch (IllegalArgumentException e) { // the requested schedule does not fit, which its plan says
            return Optional.empty();
        }
    }

    private static void bounds(Bound bound, PrintWriter out) {
        out.println("  least time, all kernels: " + Unit.SECONDS.format(bound.seconds()));
        bound.byKernel().forEach((label, seconds) -> out.println("    " + label + ": " + Unit.SECONDS.format(seconds)));
    }

    private static String plan(Graph body, FusionPlanner planner) {
        try {
            return planner.plan(body).toString();
        } catch (IllegalArgumentException e) { // the requested schedule does not fit
            return e.getMessage();
        }
    }

    private static void targets(Probe probe, PrintWriter out) {
        out.println("Targets on JVM " + probe.jvm().label() + " (" + probe.jvm().path() + "):");
        probe.targets()
                .forEach(state -> out.printf(
                        "  %-11s %s%n",
                        state.target(),
                        state.available()
                                ? state.description().value()
                                : "unavailable: " + state.description().missing()));
    }

    private static String names(Workload[] workloads) {
        return String.join(", ", Stream.of(workloads).map(Workload::name).toList());
    }
}
