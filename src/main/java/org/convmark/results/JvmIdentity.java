package org.convmark.results;

import java.util.List;
import java.util.stream.Collectors;
import org.convmark.machine.Graal;

/**
 * The JVM of a fork, as JMH wrote it.
 *
 * @param version its java.version
 * @param name its java.vm.name
 * @param path its executable
 * @param flags arguments that the user chose for it, separated by spaces; the suite's own are left out, those that choose Graal are one word
 */
public record JvmIdentity(String version, String name, String path, String flags) {
    /** A JVM as it is without arguments. */
    public JvmIdentity(String version, String name, String path) {
        this(version, name, path, "");
    }

    /** The user's part of a fork's arguments. */
    static String flags(List<String> jvmArgs) {
        return Graal.named(jvmArgs).stream()
                .filter(arg -> !arg.startsWith("-Dconvmark."))
                .collect(Collectors.joining(" "));
    }

    /** Version and flags; JMH before 1.21 did not write the version. */
    public String label() {
        return ((version.isEmpty() ? "unknown JVM" : version) + " " + flags).strip();
    }
}
