package org.convmark.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.machine.ForkArguments;
import org.convmark.machine.Graal;
import org.convmark.machine.Jvm;

/**
 * A JVM that measures, as the user configured it. Rows whose setups differ in any part count as measured on different JVMs.
 *
 * @param version its java.version, "" if JMH did not record it
 * @param name its java.vm.name
 * @param path its executable
 * @param arguments the user's JVM arguments
 * @param overrides the user's overrides of the suite's choices
 */
public record JvmSetup(String version, String name, String path, List<String> arguments, Overrides overrides) {
    /** Start of an argument that sets one of Convmark's system properties. */
    private static final String OURS = "-Dconvmark.";

    /** What the suite passes to a fork besides the user's choices: the contract, or in older versions each of its parts. */
    private static final List<String> TOLD = Stream.of("fork", "warmup", "caches", "expect", "device")
            .map(property -> OURS + property + "=")
            .toList();

    /** Copies the arguments; refuses a JVM without version or path. */
    public JvmSetup {
        Objects.requireNonNull(version, "a JVM has no version");
        Objects.requireNonNull(path, "a JVM has no path");
        arguments = List.copyOf(arguments);
        overrides = Objects.requireNonNullElse(overrides, Overrides.NONE);
    }

    /** A JVM without arguments or overrides. */
    public JvmSetup(String version, String name, String path) {
        this(version, name, path, List.of(), Overrides.NONE);
    }

    /** A JVM that was probed. */
    public static JvmSetup of(Jvm jvm, List<String> arguments, Overrides overrides) {
        return new JvmSetup(jvm.version(), jvm.name(), jvm.path(), arguments, overrides);
    }

    /**
     * The JVM of a fork, as JMH recorded it.
     *
     * @param jvmArgs all its arguments, the user's before the suite's
     * @throws IllegalArgumentException if they contain a setting that no fork can have
     */
    public static JvmSetup ofFork(String version, String name, String path, List<String> jvmArgs) {
        JvmSetup asJmhSays = new JvmSetup(version, name, path).with(chosen(ForkArguments.without(jvmArgs)));
        return ForkContract.among(jvmArgs).map(asJmhSays::as).orElse(asJmhSays);
    }

    private JvmSetup as(ForkContract contract) {
        return new JvmSetup(
                version, name, path, Objects.requireNonNullElse(contract.arguments(), arguments), contract.overrides());
    }

    /** Drops Convmark's properties from the suite's first one on: a vector length after it was the suite's choice for one row. */
    private static List<String> chosen(List<String> arguments) {
        List<String> chosen = new ArrayList<>();
        boolean told = false;
        for (String argument : arguments) {
            told |= TOLD.stream().anyMatch(argument::startsWith);
            if (!told || !argument.startsWith(OURS)) {
                chosen.add(argument);
            }
        }
        return chosen;
    }

    /** Adds arguments; those that set a property of {@link Overrides} become overrides. */
    public JvmSetup with(List<String> more) {
        List<String> all = Stream.of(arguments, more, overrides.properties())
                .flatMap(List::stream)
                .toList();
        return new JvmSetup(
                version,
                name,
                path,
                all.stream().filter(argument -> !Overrides.isProperty(argument)).toList(),
                Overrides.ofProperties(all));
    }

    /** The user's choices as words; the arguments that select Graal make one word. */
    private Stream<String> words() {
        return Stream.concat(Graal.named(arguments).stream(), overrides.options().stream());
    }

    /** The user's choices, separated by spaces. */
    public String flags() {
        return words().collect(Collectors.joining(" "));
    }

    /** Version and flags for a reader; JMH before 1.21 did not record the version. */
    public String label() {
        return ((version.isEmpty() ? "unknown JVM" : version) + " " + flags()).strip();
    }

    /** Version and flags, short and safe in a file name. */
    public String id() {
        String flags = words().map(word -> word.startsWith("-") ? word : "-" + word)
                .collect(Collectors.joining())
                .replaceAll("[^A-Za-z0-9.=+-]", "_");
        return version + flags.substring(0, Math.min(40, flags.length()));
    }
}
