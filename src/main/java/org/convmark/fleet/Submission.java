package org.convmark.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.convmark.fleet.Fleet.Job;
import org.convmark.fleet.Task.Node;
import org.convmark.io.FileErrors;
import org.convmark.io.InputError;
import org.convmark.io.Shell;

/**
 * Submits a fleet to Slurm, all tasks or none: jobs are submitted on hold and released once all are accepted.
 *
 * @param atOnce how many tasks of an array may run at a time, or null for any number
 * @param options the user's options for sbatch
 */
public record Submission(Fleet fleet, FleetFolder folder, Integer atOnce, List<String> options) {
    /** The script, what it runs in each task, and the commands that submit it, for a reader. */
    public String preview() {
        List<String> text = new ArrayList<>(List.of(FleetFolder.script()));
        for (Task task : fleet.tasks()) {
            List<String> lines = FleetFolder.lines(fleet, task);
            text.add("# " + task.name() + ", matrix line " + task.line());
            text.add((task.jvm() == null ? "java" : Shell.word(task.jvm())) + " "
                    + line(lines.subList(1, lines.size())));
        }
        text.add("");
        fleet.arrays().forEach((node, tasks) -> text.add(line(command(node, tasks))));
        text.add("scontrol release JOB,JOB,...");
        return String.join("\n", text);
    }

    private static String line(List<String> command) {
        return command.stream().map(Shell::word).collect(Collectors.joining(" "));
    }

    private List<String> command(Node node, List<Task> tasks) {
        String limit = atOnce == null ? "" : "%" + atOnce;
        String path = folder.path().toString();
        List<String> command = new ArrayList<>(List.of(
                "sbatch",
                "--parsable",
                "--hold",
                "--job-name=convmark",
                "--chdir=" + path,
                "--output=" + path.replace("%", "%%") + "/logs/task-%3a.log",
                "--open-mode=append",
                "--array=" + tasks.stream().map(t -> String.valueOf(t.number())).collect(Collectors.joining(","))
                        + limit));
        command.addAll(node.options());
        command.addAll(options);
        command.add(path + "/task.sh");
        return command;
    }

    /**
     * Makes the folder and submits.
     *
     * @return the fleet in the queue
     * @throws InputError if Slurm is missing or refuses, or the folder cannot be created; nothing is left then, but where jobs that were accepted cannot be released, the folder and these
     */
    public Fleet submit(Path matrix, Path jar, Slurm slurm) {
        slurm.require();
        folder.create(fleet, matrix, jar);
        List<Job> jobs = new ArrayList<>();
        for (Map.Entry<Node, List<Task>> array : fleet.arrays().entrySet()) {
            List<Task> tasks = array.getValue();
            try {
                String id = slurm.submit(command(array.getKey(), tasks));
                jobs.add(new Job(id, tasks.stream().map(Task::number).toList()));
            } catch (InputError e) {
                throw withdraw(e, tasks, jobs, slurm);
            }
        }
        Fleet submitted = fleet.in(jobs);
        try {
            folder.store(submitted);
        } catch (IOException e) {
            throw withdraw(
                    new InputError("cannot write " + folder.path() + " (" + FileErrors.reason(e) + ")"),
                    fleet.tasks(),
                    jobs,
                    slurm);
        }
        slurm.release(jobs);
        return submitted;
    }

    private InputError withdraw(InputError reason, List<Task> tasks, List<Job> jobs, Slurm slurm) {
        String lines = tasks.stream().map(task -> String.valueOf(task.line())).collect(Collectors.joining(", "));
        String left = slurm.cancel(jobs)
                .map(complaint -> "cancel the jobs "
                        + jobs.stream().map(Job::id).collect(Collectors.joining(", ")) + ", which scancel did not ("
                        + complaint + ")")
                .orElse("nothing is submitted");
        folder.delete();
        return new InputError(reason.getMessage() + ", matrix line " + lines + ": " + left
                + "; change the matrix or the options for sbatch, and submit again.");
    }
}
