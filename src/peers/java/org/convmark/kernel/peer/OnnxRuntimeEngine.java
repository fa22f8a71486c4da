package org.convmark.kernel.peer;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.kernel.onnx.OnnxModel;
import org.convmark.model.Graph;

/**
 * One session of ONNX Runtime per program. A graph with fused kernels gets all optimisations, including blocked layouts; an
 * unfused graph runs operator by operator as written.
 */
final class OnnxRuntimeEngine implements Engine {
    private static final Cleaner CLEANER = Cleaner.create();

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final int threads;
    private final Workers caller = new Workers(1);
    private final Set<Binding> open = ConcurrentHashMap.newKeySet();

    /** @param workers threads inside an operator, the caller included; 0 for one per processor */
    OnnxRuntimeEngine(int workers) {
        this.threads = Workers.threads(workers);
    }

    @Override
    public Program compile(Graph graph, Weights weights) {
        byte[] model = OnnxModel.of(graph, weights).toByteArray();
        try (SessionOptions options = options(graph)) {
            OrtSession session = environment.createSession(model, options);
            Binding binding = new Binding(session, environment, graph, weights);
            open.add(binding);
            Kernel kernel = new Call(binding);
            CLEANER.register(kernel, () -> close(binding));
            return new Program(
                    List.of(new Program.Step("", kernel)),
                    Optional.empty(),
                    caller,
                    () -> {},
                    binding::output,
                    binding::fill);
        } catch (OrtException e) {
            throw new UnsupportedOperationException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    /** Operators run one after another. Threads are used only inside operators, none beside the caller with one worker. */
    private SessionOptions options(Graph graph) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(
                graph.isFused() ? SessionOptions.OptLevel.ALL_OPT : SessionOptions.OptLevel.NO_OPT);
        options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setInterOpNumThreads(1);
        options.setIntraOpNumThreads(threads);
        return options;
    }

    /** One unit: the whole graph. The session closes when the program becomes garbage, or with the engine. */
    private record Call(Binding binding) implements Kernel.Whole {
        @Override
        public void run() {
            binding.run();
        }
    }

    private void close(Binding binding) {
        if (open.remove(binding)) {
            binding.close();
        }
    }

    @Override
    public String describe() {
        return "ONNX Runtime " + environment.getVersion();
    }

    @Override
    public void close() {
        List.copyOf(open).forEach(this::close);
        caller.close();
    }
}
