package org.convmark.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.convmark.io.TextFile;
import org.convmark.machine.Fact;
import org.convmark.results.Run;

/**
 * The outcome of a task.
 *
 * @param reason why it is not done, or null if it is
 * @param run what it measured, or null
 * @param logTail last lines of its log, if it failed or was killed
 */
public record Outcome(Task task, State state, String reason, Run run, List<String> logTail) {
    private static final Pattern WAITS = Pattern.compile("(PENDING|CONFIGURING|REQUEUED|REQUEUE_HOLD|SUSPENDED)\\b.*");
    private static final Pattern RUNS = Pattern.compile("(RUNNING|COMPLETING|STAGE_OUT|RESIZING|SIGNALING)\\b.*");

    /** How far a task has come. */
    public enum State {
        /** Everything was measured. */
        DONE,
        /** It ended, but not everything was measured. */
        FAILED,
        /** It started and was ended from outside. */
        KILLED,
        /** It runs now. */
        RUNNING,
        /** It is in the queue. */
        WAITING,
        /** It left nothing, and is not in the queue. */
        MISSING
    }

    /** The outcomes of the tasks of a fleet, in order. */
    public static List<Outcome> of(FleetFolder folder, Fleet fleet, Slurm slurm) {
        Fact<Map<Integer, String>> states = slurm.states(fleet.jobs());
        return fleet.tasks().stream()
                .map(task -> folder.done(task)
                        .map(done -> ended(folder, task, done))
                        .orElseGet(() -> open(folder, task, states)))
                .toList();
    }

    private static Outcome ended(FleetFolder folder, Task task, Path done) {
        String exitCode = exitCode(done);
        Optional<Path> path = FleetFolder.run(done);
        try {
            Run run = path.map(Run::read).orElse(null);
            if (run != null && exitCode.equals("0")) {
                return new Outcome(task, State.DONE, null, run, List.of());
            }
            String measured = run == null
                    ? "nothing measured"
                    : run.measurements().size() + " of " + run.plan().rows().size() + " rows measured";
            String reason = "exit code " + exitCode + ", " + measured;
            return new Outcome(task, State.FAILED, reason, run, folder.logTail(task));
        } catch (IllegalArgumentException e) {
            String reason = "exit code " + exitCode + ", " + e.getMessage();
            return new Outcome(task, State.FAILED, reason, null, folder.logTail(task));
        }
    }

    private static String exitCode(Path done) {
        try {
            return TextFile.read(done.resolve("exit-code")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static Outcome open(FleetFolder folder, Task task, Fact<Map<Integer, String>> states) {
        boolean begun = folder.begun(task);
        if (!states.known()) {
            String reason =
                    (begun ? "it has begun" : "it has not begun") + ", and nothing more is known: " + states.missing();
            return new Outcome(task, State.MISSING, reason, null, folder.logTail(task));
        }
        String slurm = states.value().getOrDefault(task.number(), "");
        if (WAITS.matcher(slurm).matches() || RUNS.matcher(slurm).matches()) {
            State state = WAITS.matcher(slurm).matches() ? State.WAITING : State.RUNNING;
            return new Outcome(task, state, "Slurm says " + slurm, null, List.of());
        }
        String reason = (begun ? "killed half-way" : "it never began")
                + (slurm.isEmpty() ? ", and Slurm no longer knows it" : ", Slurm says " + slurm);
        return new Outcome(task, begun ? State.KILLED : State.MISSING, reason, null, folder.logTail(task));
    }
}
