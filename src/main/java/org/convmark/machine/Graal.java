package org.convmark.machine;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Graal as the compiler of a stock JDK's hottest code: the arguments that choose it, in front of all others. */
public final class Graal {
    /** What it is called. */
    public static final String NAME = "Graal";

    /** Stands before the path of a JDK that is to use it, where a JVM is named. */
    public static final String PREFIX = "graal:";

    /**
     * The last: Graal compiles vectors in registers only if it inlines every operation of a method, and gives up within a large register
     * tile unless its parser may inline until the graph has so many nodes.
     */
    private static final List<String> SWITCHES = List.of(
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:+EnableJVMCI",
            "-XX:+UseJVMCICompiler",
            "-DInlineDuringParsingPlugin.NodeBudget=200000");

    private static final String MODULES = "--upgrade-module-path=";

    private Graal() {}

    /** The arguments that choose it. */
    public static List<String> arguments(List<Path> jars) {
        String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return Stream.concat(SWITCHES.stream(), Stream.of(MODULES + path)).toList();
    }

    /** Whether the arguments of a JVM choose it. */
    public static boolean isIn(List<String> arguments) {
        int count = SWITCHES.size();
        return arguments.size() > count
                && arguments.subList(0, count).equals(SWITCHES)
                && arguments.get(count).startsWith(MODULES);
    }

    /** The other arguments. */
    public static List<String> without(List<String> arguments) {
        return isIn(arguments) ? arguments.subList(SWITCHES.size() + 1, arguments.size()) : arguments;
    }

    /** How a JVM is named that has these arguments. */
    public static String call(String java, List<String> arguments) {
        return (isIn(arguments) ? PREFIX : "") + java;
    }

    /** The arguments with one word for those that choose it. */
    public static List<String> named(List<String> arguments) {
        return isIn(arguments)
                ? Stream.concat(Stream.of(NAME), without(arguments).stream()).toList()
                : arguments;
    }
}
