package org.convmark.machine;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Graal as the JIT compiler of a stock JDK's hottest code: the arguments that select it, which come before all others. */
public final class Graal {
    /** Its name in results. */
    public static final String NAME = "Graal";

    /** Prefix of a JDK's path where a JVM is named: this JDK uses Graal. */
    public static final String PREFIX = "graal:";

    /**
     * In this mode C1 compiles Graal itself and nothing else. In large register tiles it runs out of virtual registers, and a directive
     * against that would bind Graal too.
     *
     * <p>About the last switch: Graal keeps vectors in registers only if it inlines every operation of a method. In a large register
     * tile it gives up unless its parser may inline until the graph has this many nodes.
     */
    private static final List<String> SWITCHES = List.of(
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:+EnableJVMCI",
            "-XX:+UseJVMCICompiler",
            "-XX:CompilationMode=high-only-quick-internal",
            "-DInlineDuringParsingPlugin.NodeBudget=200000");

    private static final String MODULES = "--upgrade-module-path=";

    private Graal() {}

    /** The arguments that select it. */
    public static List<String> arguments(List<Path> jars) {
        String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return Stream.concat(SWITCHES.stream(), Stream.of(MODULES + path)).toList();
    }

    /** Whether the arguments of a JVM select it. */
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

    /** The name of a JVM with these arguments. */
    public static String call(String java, List<String> arguments) {
        return (isIn(arguments) ? PREFIX : "") + java;
    }

    /** The arguments, with one word for those that select Graal. */
    public static List<String> named(List<String> arguments) {
        return isIn(arguments)
                ? Stream.concat(Stream.of(NAME), without(arguments).stream()).toList()
                : arguments;
    }
}
