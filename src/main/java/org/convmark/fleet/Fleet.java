package org.convmark.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.convmark.fleet.Task.Node;

/**
 * What was submitted: tasks, the program that measures them, and their Slurm jobs.
 *
 * @param format version of the file's format
 * @param submittedAt UTC, ISO 8601
 * @param jar digest of the program, of which the fleet keeps a copy
 * @param commit of the checkout that it was built from, or null if unknown
 * @param dirty whether the checkout differed from the commit, or null if unknown
 * @param jobs none until all are in Slurm's queue
 */
public record Fleet(
        @JsonProperty(required = true) int format,
        @JsonProperty(required = true) String submittedAt,
        @JsonProperty(required = true) String jar,
        String commit,
        Boolean dirty,
        @JsonProperty(required = true) List<Task> tasks,
        @JsonProperty(required = true) List<Job> jobs) {
    /** The format that this program writes and reads. */
    public static final int FORMAT = 1;

    /**
     * An array of tasks in Slurm's queue.
     *
     * @param id Slurm's job id
     * @param tasks numbers of the tasks
     */
    public record Job(String id, List<Integer> tasks) {}

    /** Copies the lists. */
    public Fleet {
        tasks = List.copyOf(tasks);
        jobs = List.copyOf(jobs);
    }

    /** The same fleet with its jobs in Slurm's queue. */
    Fleet in(List<Job> queue) {
        return new Fleet(format, submittedAt, jar, commit, dirty, tasks, queue);
    }

    /** Tasks by node; those that need the same node share an array, because an array has one set of options. */
    Map<Node, List<Task>> arrays() {
        return tasks.stream().collect(Collectors.groupingBy(Task::node, LinkedHashMap::new, Collectors.toList()));
    }
}
