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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.fleet.Fleet.Job;
import org.convmark.machine.Fact;
import org.convmark.machine.TextFile;
import org.convmark.run.InputError;

/**
 * Slurm's commands.
 *
 * @param environment in which they are found and run
 */
public record Slurm(Map<String, String> environment) {
    private static final int SECONDS = 60;

    /** What a command printed; one that did not end in time has failed. */
    private record Answer(int exitCode, String out, String errors) {
        /** Its own words, in one line. */
        String complaint() {
            return errors.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.joining("; "));
        }
    }

    /** Those on the PATH of this process. */
    public static Slurm here() {
        return new Slurm(System.getenv());
    }

    /**
     * Asserts that jobs can be submitted from here.
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
        String id = answer.out().strip().split(";")[0];
        if (answer.exitCode() != 0 || !id.matches("\\d+")) {
            throw new InputError("sbatch refused (" + answer.complaint() + ")");
        }
        return id;
    }

    /**
     * Lets jobs begin that were submitted on hold.
     *
     * @throws InputError if they stay on hold
     */
    void release(List<Job> jobs) {
        String command = "scontrol release " + ids(jobs);
        Answer answer = run(List.of(command.split(" ")));
        if (answer.exitCode() != 0) {
            throw new InputError("the jobs are submitted but wait on hold, because scontrol refused to release them ("
                    + answer.complaint() + "): " + command);
        }
    }

    /** Takes jobs out of the queue; whatever goes wrong is in the answer. */
    Optional<String> cancel(List<Job> jobs) {
        if (jobs.isEmpty()) {
            return Optional.empty();
        }
        Answer answer = run(List.of("scancel", ids(jobs)));
        return answer.exitCode() == 0 ? Optional.empty() : Optional.of(answer.complaint());
    }

    private static String ids(List<Job> jobs) {
        return jobs.stream().map(Job::id).collect(Collectors.joining(","));
    }

    /**
     * What Slurm says of tasks, by number: a state in its words, with the reason if there is one. It forgets ended jobs
     * after minutes, and only its accounting, which not every cluster has, remembers them.
     */
    Fact<Map<Integer, String>> states(List<Job> jobs) {
        if (find("squeue").isEmpty()) {
            return Fact.missing("there is no squeue on the PATH here");
        }
        Map<Integer, String> states = new HashMap<>(remembered(jobs));
        for (Job job : jobs) {
            Answer answer = run(List.of(
                    "squeue", "--noheader", "--array", "--states=all", "--format=%F|%K|%T|%r", "--jobs=" + job.id()));
            if (answer.exitCode() == 0) {
                answer.out().lines().forEach(line -> put(states, job, line.split("\\|")));
            } else if (!answer.errors().contains("Invalid job id")) {
                return Fact.missing("squeue failed: " + answer.complaint());
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
            answer.out()
                    .lines()
                    .map(line -> line.split("[_|]"))
                    .filter(parts -> parts.length == 3 && parts[1].matches("\\d+"))
                    .forEach(parts -> states.put(Integer.valueOf(parts[1]), parts[2]));
        }
        return states;
    }

    private Answer run(List<String> command) {
        try {
            Path out = Files.createTempFile("convmark-slurm", ".out");
            Path errors = Files.createTempFile("convmark-slurm", ".err");
            try {
                return run(command, out.toFile(), errors.toFile());
            } finally {
                Files.delete(out);
                Files.delete(errors);
            }
        } catch (IOException e) {
            return new Answer(-1, "", command.get(0) + " cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(-1, "", command.get(0) + " was interrupted");
        }
    }

    private Answer run(List<String> command, File out, File errors) throws IOException, InterruptedException {
        List<String> found = new ArrayList<>(command);
        found.set(
                0,
                find(command.get(0))
                        .orElseThrow(() -> new IOException("it is not on the PATH"))
                        .toString());
        ProcessBuilder builder = new ProcessBuilder(found).redirectOutput(out).redirectError(errors);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                return new Answer(-1, "", command.get(0) + " gave no answer in " + SECONDS + " seconds");
            }
        } finally {
            process.destroyForcibly();
        }
        return new Answer(process.exitValue(), read(out), read(errors));
    }

    private static String read(File file) throws IOException {
        return TextFile.read(file.toPath());
    }

    private Optional<Path> find(String name) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
