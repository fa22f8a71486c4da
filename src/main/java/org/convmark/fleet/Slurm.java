package org.convmark.fleet;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.fleet.Fleet.Job;
import org.convmark.io.Command;
import org.convmark.io.Command.Answer;
import org.convmark.io.InputError;
import org.convmark.machine.Fact;

/**
 * Slurm's commands.
 *
 * @param environment environment in which they are found and run
 */
public record Slurm(Map<String, String> environment) {
    /** A line of sacct: job, task, state. States such as OUT_OF_MEMORY have the mark that is also between job and task. */
    private static final Pattern REMEMBERED = Pattern.compile("\\d+_(\\d+)\\|(.*)");

    private static final int SECONDS = 60;

    /** The commands on the PATH of this process. */
    public static Slurm here() {
        return new Slurm(System.getenv());
    }

    /**
     * Checks that jobs can be submitted from here.
     *
     * @throws InputError if not
     */
    void require() {
        for (String name : List.of("sbatch", "scontrol", "scancel")) {
            if (find(name).isEmpty()) {
                throw new InputError(
                        "there is no " + name + " on the PATH: submit where Slurm's commands are installed "
                                + "(Debian, Ubuntu: apt-get install slurm-client), or see what would be submitted with "
                                + "--dry-run.");
            }
        }
    }

    /**
     * Submits a job.
     *
     * @return its id
     * @throws InputError in Slurm's words if it is refused
     */
    String submit(List<String> sbatch) {
        Answer answer = run(sbatch);
        String id = answer.output().strip().split(";")[0];
        if (!answer.succeeded() || !id.matches("\\d+")) {
            throw new InputError("sbatch refused (" + complaint(answer) + ")");
        }
        return id;
    }

    /**
     * Releases jobs that were submitted on hold.
     *
     * @throws InputError if they stay on hold
     */
    void release(List<Job> jobs) {
        String command = "scontrol release " + ids(jobs);
        Answer answer = run(List.of(command.split(" ")));
        if (!answer.succeeded()) {
            throw new InputError("the jobs are submitted but wait on hold, because scontrol refused to release them ("
                    + complaint(answer) + "): " + command);
        }
    }

    /** Removes jobs from the queue; a problem is in the answer. */
    Optional<String> cancel(List<Job> jobs) {
        if (jobs.isEmpty()) {
            return Optional.empty();
        }
        Answer answer = run(List.of("scancel", ids(jobs)));
        return answer.succeeded() ? Optional.empty() : Optional.of(complaint(answer));
    }

    private static String ids(List<Job> jobs) {
        return jobs.stream().map(Job::id).collect(Collectors.joining(","));
    }

    /**
     * What Slurm reports about tasks, by number: a state in its words, with the reason if there is one. It forgets ended jobs
     * after minutes; only its accounting, which not every cluster has, remembers them.
     */
    Fact<Map<Integer, String>> states(List<Job> jobs) {
        if (find("squeue").isEmpty()) {
            return Fact.missing("there is no squeue on the PATH here");
        }
        Map<Integer, String> states = new HashMap<>(remembered(jobs));
        for (Job job : jobs) {
            Answer answer = run(List.of(
                    "squeue", "--noheader", "--array", "--states=all", "--format=%F|%K|%T|%r", "--jobs=" + job.id()));
            if (answer.succeeded()) {
                answer.output().lines().forEach(line -> put(states, job, line.split("\\|")));
            } else if (!answer.errors().contains("Invalid job id")) {
                return Fact.missing("squeue failed: " + complaint(answer));
            }
        }
        return Fact.of(states, "Slurm");
    }

    private static void put(Map<Integer, String> states, Job job, String[] parts) {
        if (parts.length == 4 && parts[0].equals(job.id()) && parts[1].matches("\\d+")) {
            String reason = parts[3].equals("None") ? "" : " (" + parts[3] + ")";
            states.put(Integer.valueOf(parts[1]), parts[2] + reason);
        }
    }

    private Map<Integer, String> remembered(List<Job> jobs) {
        Map<Integer, String> states = new HashMap<>();
        if (find("sacct").isPresent()) {
            Answer answer = run(List.of(
                    "sacct",
                    "--noheader",
                    "--parsable2",
                    "--allocations",
                    "--array",
                    "--format=JobID,State",
                    "--jobs=" + ids(jobs)));
            answer.output()
                    .lines()
                    .map(REMEMBERED::matcher)
                    .filter(Matcher::matches)
                    .forEach(line -> states.put(Integer.valueOf(line.group(1)), line.group(2)));
        }
        return states;
    }

    private Answer run(List<String> command) {
        String name = command.get(0);
        List<String> found = new ArrayList<>(command);
        try {
            found.set(
                    0,
                    find(name)
                            .orElseThrow(() -> new IOException("it is not on the PATH"))
                            .toString());
            Answer answer = Command.of(SECONDS, found).with(environment).run();
            return switch (answer.end()) {
                case EXIT -> answer;
                case TIMEOUT -> Answer.failure(name + " gave no answer in " + SECONDS + " seconds");
                case INTERRUPTION -> Answer.failure(name + " was interrupted");
            };
        } catch (IOException e) {
            return Answer.failure(name + " cannot be started: " + e.getMessage());
        }
    }

    /** Its own error message, in one line. */
    private static String complaint(Answer answer) {
        return answer.errors()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private Optional<Path> find(String name) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
