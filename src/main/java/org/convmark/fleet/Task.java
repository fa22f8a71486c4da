package org.convmark.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.convmark.jvm.Overrides;

/**
 * A row of a matrix: a run, and the node that it needs.
 *
 * @param number counted from 1 in the order of the matrix; its index in Slurm's arrays
 * @param line its line in the matrix
 * @param jvm path on the node, or null for the node's own
 * @param group regular expression for benchmarks, or null for all of the profile
 * @param profile label of a profile, or null for the default
 * @param jvmArgs arguments of the JVMs that measure, or null
 * @param overrides what the user set in place of the suite's own choices; null in a fleet that knew of none
 * @param parameters {@code name=v1,v2}
 */
public record Task(
        int number,
        int line,
        Node node,
        String jvm,
        String group,
        String profile,
        String jvmArgs,
        Overrides overrides,
        List<String> parameters) {
    /**
     * What a task needs of its node; tasks with the same needs share an array.
     *
     * @param constraint expression over the features of nodes, or null
     * @param gres generic resources such as {@code gpu:1}, or null
     * @param exclusive whether no other job may run on the node meanwhile
     */
    public record Node(String constraint, String gres, boolean exclusive) {
        /** The options of sbatch. */
        List<String> options() {
            List<String> options = new ArrayList<>();
            if (constraint != null) {
                options.add("--constraint=" + constraint);
            }
            if (gres != null) {
                options.add("--gres=" + gres);
            }
            if (exclusive) {
                options.add("--exclusive");
            }
            return options;
        }

        @Override
        public String toString() {
            return options().isEmpty() ? "any" : String.join(" ", options());
        }
    }

    /** Copies the list. */
    public Task {
        overrides = Objects.requireNonNullElse(overrides, Overrides.NONE);
        parameters = List.copyOf(parameters);
    }

    /** Its name in the folders of a fleet, as task.sh builds it. */
    public String name() {
        return String.format(Locale.ROOT, "task-%03d", number);
    }

    /** Its run command, without the results folder. */
    public List<String> command() {
        List<String> command = new ArrayList<>(List.of("run"));
        option(command, "--profile", profile);
        option(command, "--include", group);
        option(command, "--jvm-args", jvmArgs);
        command.addAll(overrides.options());
        parameters.forEach(parameter -> option(command, "-p", parameter));
        return command;
    }

    /** As a single word, because a value may look like an option; except for -p, which is short. */
    private static void option(List<String> command, String name, String value) {
        if (value != null) {
            command.addAll(name.startsWith("--") ? List.of(name + "=" + value) : List.of(name, value));
        }
    }
}
