package org.convmark.run;

import java.util.List;
import java.util.stream.Collectors;
import org.convmark.machine.Graal;
import org.convmark.machine.Probe;

/**
 * A JVM with its arguments.
 *
 * @param probe what it answered when it was started with them
 * @param arguments that the user chose
 */
public record Configuration(Probe probe, List<String> arguments) {
    /** Version and arguments, safe in a file name. */
    String label() {
        String flags = Graal.named(arguments).stream()
                .map(argument -> argument.startsWith("-") ? argument : "-" + argument)
                .collect(Collectors.joining())
                .replaceAll("[^A-Za-z0-9.=+-]", "_");
        return probe.jvm().version() + flags.substring(0, Math.min(40, flags.length()));
    }
}
