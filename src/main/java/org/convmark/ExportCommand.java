package org.convmark;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.convmark.machine.Machine;
import org.convmark.run.Export;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes workloads as ONNX models. */
@Command(
        name = "export",
        description = {
            "Writes workloads as ONNX models, for tools and engines that this suite does not drive.",
            "Each is a folder as ONNX's own test cases are: model.onnx, test_data_set_0/input_0.pb and the right "
                    + "output_0.pb. Graphs are unfused: engines fold and fuse by themselves."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {
    @Option(names = "--onnx", paramLabel = "DIR", required = true, description = "A folder that does not exist yet.")
    private Path folder;

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "Workloads whose benchmark's full name it finds (default: all).")
    private String include = ".*";

    @Option(
            names = "-p",
            paramLabel = "NAME=V1,V2",
            description =
                    "Values of depth (default 2), width (32), image (56) or batch (1); several give several models.")
    private List<String> parameters = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Export export = Export.of(include, parameters, Machine.capture());
        export.write(folder, name -> {
            out.println(name);
            out.flush();
        });
        out.println("ONNX models: " + folder.toAbsolutePath());
        return Main.OK;
    }
}
