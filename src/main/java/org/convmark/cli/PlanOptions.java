package org.convmark.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.convmark.io.InputError;
import org.convmark.jvm.JvmSetup;
import org.convmark.kernel.Peer;
import org.convmark.machine.Capture;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.model.Target;
import org.convmark.results.StoredPlan.PlannedJvm;
import org.convmark.run.Host;
import org.convmark.run.MeasurementSettings;
import org.convmark.run.OtherBuild;
import org.convmark.run.Parameters;
import org.convmark.run.Plan;
import org.convmark.run.Profile;
import org.convmark.run.RunFolder;
import org.convmark.run.RunUnderTest;
import org.convmark.run.Selection;
import org.convmark.run.ThisProgram;
import org.convmark.tune.Tuned;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The options that say what is measured, how thoroughly, and where the results go. */
final class PlanOptions {
    /** The time in names of folders. */
    static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "smoke, quick (default), axes, gpu, standard or full.")
    private String profile = "quick";

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "Benchmarks whose full name matches, in place of the profile's; roofs are measured as well.")
    private String include;

    @Option(names = "-p", paramLabel = "NAME=V1,V2", description = "Values of a parameter, in place of the profile's.")
    private List<String> parameters = List.of();

    @Option(names = "--peers", description = "Measure ONNX Runtime, oneDNN and PyTorch too, on the same graphs.")
    private boolean peers;

    @Option(
            names = "--counters",
            description = "Count last-level cache misses with Linux perf, in one more fork of each row.")
    private boolean counters;

    @Option(
            names = "--dump-programs",
            description =
                    "Write source, build options, ranges and machine code of OpenCL's programs to the run's folder.")
    private boolean dumpPrograms;

    @Option(
            names = "--no-tune",
            description = "Choose OpenCL's kernels on a GPU by a model of it instead of its clock.")
    private boolean noTune;

    @Mixin
    private JvmOptions jvmOptions;

    @Option(
            names = "--tuned",
            paramLabel = "FILE",
            description = "Also measure the schedules that tune found to be faster, each beside the planner's choice.")
    private Path tuned;

    @Option(names = "--forks", paramLabel = "N", description = "JVMs per row, in place of the profile's.")
    private Integer forks;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the run's folder is created (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("benchmarks-results");

    @Option(names = "--verbose", description = "Show JMH's output.")
    private boolean verbose;

    /** Where JMH's output goes besides the log. */
    enum Output {
        /** Nowhere; one line shows the progress of the run. */
        HIDDEN,
        /** To the terminal. */
        SHOWN
    }

    /**
     * A plan, and the machine that it was made on.
     *
     * @param name of the run's folder
     */
    record PreparedRun(Plan plan, Capture capture, String name) {
        /** The same for another build. */
        PreparedRun of(OtherBuild other) {
            Machine machine = capture.before().with(other.checkout());
            return new PreparedRun(
                    plan.of(other), new Capture(machine, null, capture.jvms()), name + "-against-" + other.name());
        }

        /** The same in a folder of another name. */
        PreparedRun named(String other) {
            return new PreparedRun(plan, capture, other);
        }

        /** A run of this program in a new folder. */
        RunUnderTest arm(Path parent) throws IOException {
            return arm(parent, RunUnderTest.OWN);
        }

        RunUnderTest arm(Path parent, String classPath) throws IOException {
            RunFolder folder = RunFolder.create(parent, name);
            folder.store(plan);
            capture.write(folder.machine());
            return new RunUnderTest(folder, plan, capture, classPath);
        }
    }

    /**
     * The plan of what was chosen, for this machine.
     *
     * @throws InputError if it cannot be measured here
     */
    PreparedRun planned() throws IOException {
        MeasurementSettings effort = effort(Profile.named(profile));
        Selection selection = selection();
        Optional<Tuned> found = Optional.ofNullable(tuned).map(Tuned::read);
        Map<JvmSetup, Probe> probes = jvmOptions.probes(found.map(Tuned::schedules));
        if (peers) {
            requirePeers(probes.values());
        }
        Machine machine = Machine.capture();
        if (counters) {
            effort = effort.counting(events(machine));
        }
        if (dumpPrograms) {
            effort = effort.dumpingPrograms();
        }
        if (noTune) {
            effort = effort.trustingModel();
        }
        Plan all = selection.plan(new Host(machine, probes, jvmOptions.device, ThisProgram.digest()), effort);
        Plan plan = found.map(file -> tuned(all, file, machine)).orElse(all);
        if (dumpPrograms && plan.rows().stream().noneMatch(row -> row.target() == Target.OPENCL)) {
            throw new InputError("--dump-programs has nothing to write: no row would run on " + Target.OPENCL + ".");
        }
        Capture capture = new Capture(machine, null, List.copyOf(probes.values()));
        return new PreparedRun(plan, capture, name(machine));
    }

    /** The rows on their own, and those that are faster with another schedule with that, too. */
    private static Plan tuned(Plan plan, Tuned file, Machine machine) {
        file.requireOf(machine.id(), plan.jar());
        Plan wanted = plan.where(row -> file.wants(row, plan.jvm(row).setup()));
        if (wanted.rows().stream()
                .allMatch(row -> plan.jvm(row).setup().overrides().schedule() == null)) {
            throw new InputError(
                    "--tuned has nothing to add: on none of these rows did it find a schedule that is faster than the "
                            + "planner's choice: leave it out, or choose rows that were tuned.");
        }
        return wanted;
    }

    /**
     * The machine on which a plan's run was begun.
     *
     * @param file machine.json of the run
     * @throws InputError if this is another machine, or anything else differs
     */
    static Capture requireSameHost(Plan plan, Path file) throws IOException {
        Capture capture = read(file);
        Map<JvmSetup, Probe> probes = new LinkedHashMap<>();
        plan.jvms().stream()
                .map(PlannedJvm::setup)
                .forEach(jvm -> probes.put(
                        jvm, JvmOptions.probe(Path.of(jvm.path()), jvm.arguments(), jvm.overrides(), plan.device())));
        new Host(Machine.capture(), probes, plan.device(), ThisProgram.digest()).requireSameAs(plan, capture.before());
        return capture;
    }

    private static Capture read(Path file) {
        try {
            return Capture.read(file);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    /** Refuses options that say what to measure beside --resume, which continues a plan. */
    static void requireOnly(CommandSpec spec, List<String> withResume) {
        List<String> others = given(spec, name -> !withResume.contains(name));
        if (!others.isEmpty()) {
            throw new InputError("--resume continues the plan of the run: leave out " + String.join(", ", others)
                    + ", or start a new run.");
        }
    }

    /** The options that the user gave, by their long names. */
    static List<String> given(CommandSpec spec, Predicate<String> which) {
        return spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(which)
                .toList();
    }

    /** Events to count. A user who asked for counts has no use for a run without them. */
    private static List<String> events(Machine machine) {
        return machine.cpu()
                .counters()
                .optional()
                .orElseThrow(() -> new InputError(
                        "--counters cannot be used: " + machine.cpu().counters().missing() + "; leave it out."));
    }

    Path out() {
        return out;
    }

    Output output() {
        return verbose ? Output.SHOWN : Output.HIDDEN;
    }

    private Selection selection() {
        Set<Target> beside = peers ? Target.peers() : Set.of();
        Parameters chosen = new Parameters(parameters);
        return include == null
                ? Selection.of(Profile.named(profile), chosen, beside)
                : Selection.of(Profile.named(profile), include, chosen, beside);
    }

    /** A peer that does not load is left out with its reason; a build without peers is an error. */
    private static void requirePeers(Collection<Probe> probes) {
        boolean absent = Target.peers().stream()
                .flatMap(peer -> probes.stream().flatMap(probe -> probe.target(peer.name()).stream()))
                .allMatch(state -> Peer.ABSENT.equals(state.description().missing()));
        if (absent) {
            throw new InputError("--peers cannot be measured: " + Peer.ABSENT + ".");
        }
    }

    private MeasurementSettings effort(Profile named) {
        if (forks != null && (forks < 1 || forks > 100)) {
            throw new InputError("--forks takes a number from 1 to 100, not " + forks + ".");
        }
        return forks == null ? named.effort() : named.effort().withForks(forks);
    }

    private static String name(Machine machine) {
        String commit = machine.checkout()
                .commit()
                .map(hash -> hash.substring(0, Math.min(8, hash.length())))
                .optional()
                .orElse("unversioned");
        return UTC.format(Instant.now()) + "-" + machine.id() + "-" + commit;
    }
}
