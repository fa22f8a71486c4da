package org.convmark.cli;

import java.io.PrintWriter;
import org.convmark.machine.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what is known about this machine and from which source, and why the rest is unknown. */
@Command(
        name = "machine",
        description = "Prints what is known about this machine and from which source, and why the rest is unknown.",
        mixinStandardHelpOptions = true)
public final class MachineCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        String section = "";
        for (Machine.Row row : Machine.capture().table()) {
            if (!row.section().equals(section)) {
                section = row.section();
                out.println(section);
            }
            out.printf("  %-24s %s  [%s]%n", row.name(), row.text(), row.origin());
        }
    }
}
