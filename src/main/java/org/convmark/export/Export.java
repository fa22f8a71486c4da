package org.convmark.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.bench.WorkloadBenchmark;
import org.convmark.engine.Engines;
import org.convmark.io.AtomicFolder;
import org.convmark.io.InputError;
import org.convmark.kernel.Weights;
import org.convmark.kernel.onnx.Message;
import org.convmark.kernel.onnx.OnnxModel;
import org.convmark.kernel.onnx.Tensor;
import org.convmark.machine.Machine;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Parameter;
import org.convmark.model.Shape;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.run.MemoryNeed;
import org.convmark.run.Parameters;
import org.convmark.run.Profile;
import org.convmark.run.Selection;
import org.convmark.run.Suite;

/**
 * Workloads as ONNX models, each with an input and its expected output, in the layout of ONNX's own test cases: {@code
 * model.onnx} and {@code test_data_set_0/input_0.pb, output_0.pb}. Graphs are unfused; weights and input are those of the
 * benchmarks.
 *
 * @param cases what is exported, as cases of plain Java
 */
public record Export(List<Case.Work> cases) {
    /** Middle values of the standard profile. */
    private static final List<String> USUAL = List.of("depth=2", "width=32");

    /**
     * The workloads that the user chose.
     *
     * @param include regular expression searched for in the full names of benchmark classes
     * @param settings {@code name=v1,v2} for depth, width, image, batch
     * @throws InputError if nothing matches, or a model is too large for this machine or for ONNX
     */
    public static Export of(String include, List<String> settings, Machine machine) {
        Parameters parameters =
                new Parameters(Stream.concat(USUAL.stream(), settings.stream()).toList());
        parameters.chosen().stream()
                .filter(parameter -> !Stack.EXTENTS.contains(parameter))
                .findFirst()
                .ifPresent(parameter -> {
                    throw new InputError("-p " + parameter.key() + " is not an option of a model: export takes "
                            + Stack.EXTENTS.stream().map(Parameter::key).collect(Collectors.joining(", ")) + ".");
                });
        Selection selection = Selection.of(Profile.STANDARD, include, parameters, Set.of());
        if (selection.workloads().isEmpty()) {
            throw new InputError("'" + include + "' matches only roofs, which are not models.");
        }
        List<Case.Work> cases = new ArrayList<>();
        for (String workload : selection.workloads()) {
            for (Map<Parameter, String> point : selection.points(Suite.workload(workload))) {
                cases.add(plain(workload, point));
            }
        }
        MemoryNeed memory = MemoryNeed.of(machine, Runtime.getRuntime().maxMemory());
        memory.check(cases);
        cases.forEach(work -> memory.obstacle(work).ifPresent(reason -> {
            throw new InputError(reason + ".");
        }));
        cases.forEach(Export::refuseIfTooLarge);
        return new Export(cases);
    }

    private static Case.Work plain(String benchmark, Map<Parameter, String> point) {
        Map<Parameter, String> params = new EnumMap<>(point);
        params.put(Parameter.TARGET, Target.SCALAR.name());
        params.put(Parameter.FUSION, Fusion.NONE.name());
        return (Case.Work) Selection.read(benchmark, params);
    }

    private static void refuseIfTooLarge(Case.Work work) {
        long bytes = work.problem().graph().cost().weightBytes();
        if (bytes > Message.LIMIT) {
            throw new InputError(
                    name(work) + " has " + (bytes >> 20) + " MiB of weights, and an ONNX model is at most 2 GiB large: "
                            + "choose a smaller depth or width.");
        }
    }

    /**
     * Writes all models into a new folder, which appears once it is complete.
     *
     * @param progress receives the name of each model before it is written
     * @throws InputError if the folder exists or cannot be created or filled
     */
    public void write(Path folder, Consumer<String> progress) {
        new AtomicFolder(folder).create("--onnx", half -> {
            for (int i = 0; i < cases.size(); i++) {
                progress.accept(i + 1 + "/" + cases.size() + " " + name(cases.get(i)));
                write(cases.get(i).problem().graph(), half.resolve(name(cases.get(i))));
            }
        });
    }

    /** {@code Residual-depth2-width32-image56-batch1}. */
    private static String name(Case.Work work) {
        return work.extents().values().entrySet().stream()
                .map(extent -> "-" + extent.getKey().key() + extent.getValue())
                .collect(Collectors.joining("", Case.name(work.benchmark()), ""));
    }

    private static void write(Graph graph, Path folder) throws IOException {
        Path data = Files.createDirectories(folder.resolve("test_data_set_0"));
        Weights weights = new Weights(graph, WorkloadBenchmark.SEED, Weights.Fill.RANDOM);
        write(OnnxModel.of(graph, weights), folder.resolve("model.onnx"));
        for (int v = 0; v < graph.inputs().size(); v++) {
            write(
                    tensor(OnnxModel.input(v), graph.inputs().get(v), weights.input(v)),
                    data.resolve("input_" + v + ".pb"));
        }
        write(
                tensor(
                        OnnxModel.OUTPUT,
                        graph.output(),
                        Engines.reference(weights).output()),
                data.resolve("output_0.pb"));
    }

    private static Message tensor(String name, Shape shape, float[] values) {
        return Tensor.of(name, values, shape.batch(), shape.channels(), shape.height(), shape.width());
    }

    private static void write(Message message, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            message.writeTo(out);
        }
    }
}
