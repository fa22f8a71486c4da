package org.convmark.results;

import java.util.List;
import org.convmark.io.Shell;
import org.convmark.machine.Graal;
import org.convmark.model.Case;

/**
 * How a case was measured, for one who measures it again.
 *
 * @param profile of the plan, or null if it is not known
 * @param java executable of the JVM
 * @param arguments that the user chose for it
 * @param device part of the name of an OpenCL device, or null for the first
 */
public record Reproduction(String profile, String java, List<String> arguments, String device) {
    /** The command that measures a case alone. */
    public String command(Case what) {
        List<String> others = Graal.without(arguments);
        return "./run.sh run"
                + (profile == null ? "" : " --profile " + profile)
                + " --include '\\." + what.simpleName() + "\\.'"
                + what.label().settings(" -p ")
                + " --jvm " + Shell.word(Graal.call(java, arguments))
                + (others.isEmpty() ? "" : " --jvm-args " + Shell.word(String.join(" ", others)))
                + (device == null ? "" : " --device " + Shell.word(device));
    }
}
