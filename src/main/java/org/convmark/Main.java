package org.convmark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.convmark.cli.AaCommand;
import org.convmark.cli.CompareCommand;
import org.convmark.cli.ExitCode;
import org.convmark.cli.ExportCommand;
import org.convmark.cli.FleetCommand;
import org.convmark.cli.HistoryCommand;
import org.convmark.cli.ListCommand;
import org.convmark.cli.MachineCommand;
import org.convmark.cli.ReportCommand;
import org.convmark.cli.RunCommand;
import org.convmark.cli.StandardOutput;
import org.convmark.cli.TuneCommand;
import org.convmark.cli.WaterlineCommand;
import org.convmark.io.FileErrors;
import org.convmark.io.InputError;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "convmark",
        description = "Shows how the form of a convolutional network decides how fast hardware can run it.",
        mixinStandardHelpOptions = true,
        version = "Convmark 0.1.0",
        subcommands = {
            RunCommand.class,
            ListCommand.class,
            MachineCommand.class,
            ReportCommand.class,
            CompareCommand.class,
            HistoryCommand.class,
            AaCommand.class,
            TuneCommand.class,
            WaterlineCommand.class,
            ExportCommand.class,
            FleetCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was measured",
            "1:a benchmark failed; the others were measured",
            "2:bad input, or an error that ended the command",
            "130:interrupted; what was measured is kept"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Runs a command and ends this JVM with its exit code. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // numbers with the digits that other programs read
        StandardOutput output = StandardOutput.install();
        CommandLine line = commandLine();
        PrintWriter out = line.getOut();
        line.setOut(out);
        int exitCode = line.execute(args);
        out.flush();
        System.out.flush();
        System.exit(output.isWhole(line.getErr()) ? exitCode : ExitCode.ERROR);
    }

    static CommandLine commandLine() {
        IExecutionExceptionHandler failed = Main::failed;
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(failed)
                .setParameterExceptionHandler(Main::misused);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println(e.getMessage() + ". See " + command.getCommandSpec().qualifiedName() + " --help.");
        return ExitCode.ERROR;
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof InputError) {
            command.getErr().println(e.getMessage());
        } else if (e instanceof IOException of) {
            command.getErr().println("reading or writing failed: " + FileErrors.message(of));
        } else if (e instanceof UncheckedIOException of) {
            command.getErr().println("reading or writing failed: " + FileErrors.message(of.getCause()));
        } else {
            command.getErr().println("this is a defect of Convmark, please report it:");
            e.printStackTrace(command.getErr());
        }
        return ExitCode.ERROR;
    }
}
