package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.convmark.export.Export;
import org.convmark.export.ExportFormat;
import org.convmark.io.AtomicFile;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.machine.Machine;
import org.convmark.results.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes workloads as ONNX models, or runs in the formats of other tools. */
@Command(
        name = "export",
        description = {
            "Writes runs in the formats of other tools (--format), or workloads as ONNX models (--onnx).",
            "Each model is a folder like ONNX's own test cases: model.onnx, test_data_set_0/input_0.pb and the expected "
                    + "output_0.pb. Graphs are unfused: engines fold and fuse them themselves."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ExportCommand implements Callable<Integer> {
    @Option(names = "--onnx", paramLabel = "DIR", description = "New folder for the models.")
    private Path folder;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Format of runs: bmf (Bencher), otava (several runs in one file), prometheus.")
    private String format;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "File for the converted runs (default: standard output).")
    private Path file;

    @Parameters(paramLabel = "RUN", arity = "0..*", description = "Folders of runs, with --format.")
    private List<Path> runs = List.of();

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "Workloads whose benchmark's full name matches (default: all).")
    private String include = ".*";

    @Option(
            names = "-p",
            paramLabel = "NAME=V1,V2",
            description =
                    "Values of depth (default 2), width (32), image (56) or batch (1); several values make several models.")
    private List<String> parameters = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if ((folder == null) == (format == null) || (format == null) != runs.isEmpty()) {
            throw new InputError("export takes either --onnx DIR, or --format NAME and the folders of runs.");
        }
        if (format == null) {
            exportModels();
        } else {
            exportRuns();
        }
        return ExitCode.OK;
    }

    private void exportRuns() throws IOException {
        ExportFormat chosen = Choices.pick("format", List.of(ExportFormat.values()), ExportFormat::label, format);
        try {
            List<Run> read = runs.stream().map(Run::read).toList();
            ExportFormat.Exported exported = chosen.of(read);
            PrintWriter err = spec.commandLine().getErr();
            exported.notes().forEach(err::println);
            read.forEach(run -> tellAbsences(run, err));
            if (file == null) {
                spec.commandLine().getOut().print(exported.text());
            } else {
                new AtomicFile(file).write(exported.text());
            }
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    /** Tells what no format can express. */
    private static void tellAbsences(Run run, PrintWriter err) {
        run.absences().forEach(absence -> err.println(run.folder() + " has no time for " + absence.sentence()));
        run.plan()
                .skipped()
                .forEach(skip -> err.println(run.folder() + " left out " + skip.rows() + " rows on " + skip.target()
                        + " on JVM " + skip.jvm() + ": " + skip.reason()));
    }

    private void exportModels() {
        PrintWriter out = spec.commandLine().getOut();
        Export export = Export.of(include, parameters, Machine.capture());
        export.write(folder, name -> {
            out.println(name);
            out.flush();
        });
        out.println("ONNX models: " + folder.toAbsolutePath());
    }
}
