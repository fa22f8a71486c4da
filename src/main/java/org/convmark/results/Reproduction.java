package org.convmark.results;

import java.util.List;
import java.util.stream.Collectors;
import org.convmark.io.Shell;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Graal;
import org.convmark.model.Case;

/**
 * How a case was measured, so that it can be measured again.
 *
 * @param profile of the plan, or null if it is not known
 * @param jvm that measured, with the user's settings
 * @param device part of the name of an OpenCL device, or null for the first
 */
public record Reproduction(String profile, JvmSetup jvm, String device) {
    /** The command that measures only this case. */
    public String command(Case what) {
        List<String> others = Graal.without(jvm.arguments());
        return "./run.sh run"
                + (profile == null ? "" : " --profile " + profile)
                + " --include '\\." + what.simpleName() + "\\.'"
                + what.label().settings(" -p ")
                + " --jvm " + Shell.word(Graal.call(jvm.path(), jvm.arguments()))
                + (others.isEmpty()
                        ? ""
                        : " --jvm-args "
                                + Shell.word(others.stream()
                                        .map(Reproduction::quoted)
                                        .collect(Collectors.joining(" "))))
                + jvm.overrides().options().stream()
                        .map(option -> " " + Shell.word(option))
                        .collect(Collectors.joining())
                + (device == null ? "" : " --device " + Shell.word(device));
    }

    /** As {@code --jvm-args} takes an argument with blanks. */
    private static String quoted(String argument) {
        return argument.contains(" ") ? '"' + argument + '"' : argument;
    }
}
