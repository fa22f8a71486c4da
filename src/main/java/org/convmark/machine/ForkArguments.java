package org.convmark.machine;

import java.util.List;

/** Arguments of every JVM that measures, whatever its user adds; the user's arguments follow and take precedence. */
public final class ForkArguments {
    /** Needed by the Vector API. */
    public static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";

    /**
     * C2 stops trusting type profiles in a method once it counts more traps of one kind than this limit, 100 by default, and then
     * boxes vectors. It counts a trap of a method again wherever it inlines that method, and a register tile inlines some methods
     * of the Vector API 56 times: two of them that trapped twice before are enough. This limit is never reached.
     */
    public static final String TRUST_PROFILES = "-XX:PerMethodTrapLimit=100000";

    /** The JVM then reports which methods its compilers give up on, and why; the session reads it. */
    public static final String SAY_COMPILATIONS = "-XX:+PrintCompilation";

    /** All of them. */
    public static final List<String> ALL = List.of(VECTOR_MODULE, TRUST_PROFILES, SAY_COMPILATIONS);

    private ForkArguments() {}

    /** The arguments of a fork without these. */
    public static List<String> without(List<String> arguments) {
        return arguments.stream().filter(argument -> !ALL.contains(argument)).toList();
    }
}
