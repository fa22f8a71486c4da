package org.convmark;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.convmark.kernel.Peer;
import org.convmark.kernel.Target;
import org.convmark.machine.Capture;
import org.convmark.machine.Machine;
import org.convmark.machine.Probe;
import org.convmark.run.Circumstances;
import org.convmark.run.Effort;
import org.convmark.run.InputError;
import org.convmark.run.Jar;
import org.convmark.run.MachineCaches;
import org.convmark.run.Parameters;
import org.convmark.run.Plan;
import org.convmark.run.Profile;
import org.convmark.run.Progress;
import org.convmark.run.Row;
import org.convmark.run.RunFolder;
import org.convmark.run.Selection;
import org.convmark.run.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures: makes a plan, or takes the plan of a run that was begun, and has it measured. */
@Command(
        name = "run",
        description = "Measures, and keeps what is measured in a new folder.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private static final List<String> WITH_RESUME = List.of("--resume", "--dry-run", "--verbose");
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @Option(names = "--profile", paramLabel = "NAME", description = "smoke, quick (default), standard or full.")
    private String profile = "quick";

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "Benchmarks whose full name it finds, in place of the profile's; roofs are measured anyway.")
    private String include;

    @Option(names = "-p", paramLabel = "NAME=V1,V2", description = "Values of a parameter, in place of the profile's.")
    private List<String> parameters = List.of();

    @Option(names = "--peers", description = "Measure ONNX Runtime, oneDNN and PyTorch too, on the same graphs.")
    private boolean peers;

    @Mixin
    private JvmOptions jvmOptions;

    @Option(names = "--forks", paramLabel = "N", description = "JVMs per row, in place of the profile's.")
    private Integer forks;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the run's folder is made (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("benchmarks-results");

    @Option(names = "--resume", paramLabel = "DIR", description = "Finish the run in this folder.")
    private Path resume;

    @Option(names = "--dry-run", description = "Print what would be measured and how long it would take.")
    private boolean dryRun;

    @Option(names = "--verbose", description = "Show JMH's output.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return resume == null ? begin() : goOn();
    }

    private int begin() throws IOException {
        Effort effort = effort(Profile.named(profile));
        Selection selection = selection();
        List<Probe> probes = jvmOptions.probe();
        if (peers) {
            requirePeers(probes);
        }
        Machine machine = Machine.capture();
        Plan plan = selection.plan(
                new Circumstances(machine, probes, jvmOptions.arguments(), jvmOptions.device, Jar.digest()), effort);
        describe(plan, plan.rows());
        if (dryRun) {
            return Main.OK;
        }
        RunFolder folder = RunFolder.create(out, name(machine));
        folder.store(plan);
        Capture capture = new Capture(machine, null, probes);
        capture.write(folder.machine());
        return measure(folder, plan, capture);
    }

    private Selection selection() {
        Set<Target> beside = peers ? Target.peers() : Set.of();
        Parameters chosen = new Parameters(parameters);
        return include == null
                ? Selection.of(Profile.named(profile), chosen, beside)
                : Selection.of(Profile.named(profile), include, chosen, beside);
    }

    /** A peer that does not load is left out with its reason; a build without peers cannot do what was asked. */
    private static void requirePeers(List<Probe> probes) {
        boolean absent = Target.peers().stream()
                .flatMap(peer -> probes.stream().flatMap(probe -> probe.target(peer.name()).stream()))
                .allMatch(state -> Peer.ABSENT.equals(state.description().missing()));
        if (absent) {
            throw new InputError("--peers cannot be measured: " + Peer.ABSENT + ".");
        }
    }

    private Effort effort(Profile named) {
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

    private int goOn() throws IOException {
        List<String> others = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(name -> !WITH_RESUME.contains(name))
                .toList();
        if (!others.isEmpty()) {
            throw new InputError("--resume goes on with the plan of the run: leave out " + String.join(", ", others)
                    + ", or start a new run.");
        }
        RunFolder folder = RunFolder.open(resume);
        Plan plan = folder.plan();
        Capture capture = read(folder);
        List<Probe> probes = JvmOptions.probe(
                plan.jvms().stream().map(jvm -> Path.of(jvm.path())).toList(), plan.jvmArgs(), plan.device());
        new Circumstances(capture.before(), probes, plan.jvmArgs(), plan.device(), Jar.digest()).requireSameAs(plan);
        List<Row> missing = folder.missing(plan);
        spec.commandLine()
                .getOut()
                .println(plan.rows().size() - missing.size() + " of "
                        + plan.rows().size() + " rows are measured.");
        describe(plan, missing);
        return dryRun ? Main.OK : measure(folder, plan, capture);
    }

    private static Capture read(RunFolder folder) {
        try {
            return Capture.read(folder.machine());
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    /** What will be measured: rows by JVM and family, what is left out, how long it takes. */
    private void describe(Plan plan, List<Row> rows) {
        PrintWriter to = spec.commandLine().getOut();
        Map<String, Map<String, Long>> groups = rows.stream()
                .collect(Collectors.groupingBy(
                        Row::jvm,
                        TreeMap::new,
                        Collectors.groupingBy(
                                row -> row.family() + " on " + row.target(), TreeMap::new, Collectors.counting())));
        groups.forEach((jvm, counts) -> {
            to.println("JVM " + jvm + ":");
            counts.forEach((group, count) -> to.printf("  %5d  %s%n", count, group));
        });
        plan.skipped()
                .forEach(s -> to.println("Left out on JVM " + s.jvm() + ": " + s.rows() + " rows on " + s.target()
                        + ", " + s.reason() + "."));
        int processors = Runtime.getRuntime().availableProcessors();
        if (Plan.workers(rows) > processors) {
            to.println("Warning: workers=" + Plan.workers(rows) + " is more than the " + processors
                    + " processor(s) here: threads will wait for each other, and times say little.");
        }
        to.println(rows.size() + " rows, " + plan.effort().forks() + " fork(s) each: about "
                + Progress.text(plan.estimate(rows)) + ".");
        to.flush();
    }

    private int measure(RunFolder folder, Plan plan, Capture capture) throws IOException {
        PrintWriter to = spec.commandLine().getOut();
        OutputStream file = Files.newOutputStream(folder.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try (PrintStream log = new PrintStream(verbose ? new Tee(file, System.out) : file, true)) {
            List<Row> rows = folder.missing(plan);
            Progress progress = verbose ? Progress.NONE : Progress.on(to, rows.size(), plan.estimate(rows));
            return new Measuring(folder, plan, capture, to)
                    .run(new Session(folder, plan, MachineCaches.of(capture.before()), log), progress);
        }
    }
}
