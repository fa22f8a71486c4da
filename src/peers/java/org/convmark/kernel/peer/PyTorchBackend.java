package org.convmark.kernel.peer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.convmark.kernel.Backend;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Program;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.RouteVisitor;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/**
 * PyTorch's eager mode on the CPU: every layer is the call that a Python program makes, in inference mode, on contiguous tensors,
 * the default. A call creates a new tensor and releases the one that the variable held before. The thread that opens the backend
 * must run its programs, because inference mode and the number of threads are per thread.
 */
final class PyTorchBackend extends Backend<PyTorchTensor, Kernel> {
    static {
        torch.set_num_interop_threads(1); // may be said once per process
    }

    /** Weights and other native objects that live as long as this backend. */
    private final List<Pointer> kept = new ArrayList<>();

    private final List<PyTorchTensor> values = new ArrayList<>();

    /** @param workers threads of every layer, 0 for one per processor */
    PyTorchBackend(int workers) {
        super(new Workers(1));
        torch.set_num_threads(Workers.threads(workers));
        openblas_full.openblas_set_num_threads(1);
        keep(new InferenceMode(true));
    }

    /** @throws UnsupportedOperationException if layers are fused */
    @Override
    public Program compile(Graph graph, Weights weights) {
        if (graph.isFused()) {
            throw new UnsupportedOperationException("PyTorch's eager mode runs every layer by itself: it knows neither"
                    + " fusion EPILOGUE nor BLOCK, choose fusion=NONE");
        }
        return super.compile(graph, weights);
    }

    @Override
    public String describe() {
        return "PyTorch " + Tensor.class.getPackage().getImplementationVersion() + ", eager";
    }

    @Override
    public void close() {
        super.close();
        values.forEach(PyTorchTensor::close);
        for (int i = kept.size() - 1; i >= 0; i--) {
            kept.get(i).close();
        }
        kept.clear();
    }

    private <P extends Pointer> P keep(P pointer) {
        kept.add(pointer);
        return pointer;
    }

    // ---------------------------------------------------------------- values

    @Override
    protected PyTorchTensor allocate(Shape shape, int border) {
        PyTorchTensor value = new PyTorchTensor(shape);
        values.add(value);
        return value;
    }

    @Override
    protected void write(PyTorchTensor value, float[] numbers) {
        value.close();
        Shape shape = value.shape();
        value.assign(tensor(numbers, shape.batch(), shape.channels(), shape.height(), shape.width()));
    }

    @Override
    protected float[] read(PyTorchTensor value) {
        float[] numbers = new float[(int) value.shape().elements()];
        try (Tensor contiguous = value.tensor().contiguous()) {
            contiguous.data_ptr_float().get(numbers);
        }
        return numbers;
    }

    private static Tensor tensor(float[] numbers, long... dims) {
        try (Tensor flat = torch.tensor(numbers)) {
            return flat.view(dims);
        }
    }

    private TensorOptional parameter(float[] numbers) {
        return keep(new TensorOptional(keep(tensor(numbers, numbers.length))));
    }

    // ---------------------------------------------------------------- layers

    /** An assignment: a call whose result is stored in a variable. */
    private record Assignment(PyTorchTensor variable, Object layer, Supplier<Tensor> call) implements Kernel.Whole {
        @Override
        public void run() {
            variable.close();
            try {
                variable.assign(call.get());
            } catch (RuntimeException e) {
                throw new IllegalStateException("PyTorch cannot run " + layer + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    protected Kernel conv(FoldedConv folded, PyTorchTensor in, PyTorchTensor residual, PyTorchTensor out) {
        Conv conv = folded.conv();
        int group = conv.groupWidth(in.shape().channels());
        Tensor weights = keep(tensor(folded.filter(), conv.outChannels(), group, conv.kernel(), conv.kernel()));
        TensorOptional shift = conv.bias() == Conv.Bias.YES ? parameter(folded.bias()) : keep(new TensorOptional());
        long[] stride = both(conv.stride());
        long[] padding = both(conv.padding());
        long[] dilation = both(conv.dilation());
        long groups = in.shape().channels() / group;
        return new Assignment(
                out, conv, () -> torch.conv2d(in.tensor(), weights, shift, stride, padding, dilation, groups));
    }

    /** A batch normalisation whose statistics are mean 0 and variance 1, or a product if nothing is added. */
    @Override
    protected Kernel affine(float[] scale, float[] shift, PyTorchTensor in, PyTorchTensor out) {
        if (IntStream.range(0, shift.length).allMatch(c -> shift[c] == 0)) {
            Tensor factor = keep(tensor(scale, scale.length, 1, 1));
            return new Assignment(out, "a product per channel", () -> torch.mul(in.tensor(), factor));
        }
        float[] one = new float[scale.length];
        Arrays.fill(one, 1);
        TensorOptional gain = parameter(scale);
        TensorOptional bias = parameter(shift);
        TensorOptional mean = parameter(new float[scale.length]);
        TensorOptional variance = parameter(one);
        return new Assignment(
                out,
                "a batch normalisation",
                () -> torch.batch_norm(in.tensor(), gain, bias, mean, variance, false, 0.1, 0, true));
    }

    /** As in the published ConvNeXt: channels last, normalised, channels first. */
    @Override
    protected Kernel layerNorm(float epsilon, float[] gain, float[] bias, PyTorchTensor in, PyTorchTensor out) {
        TensorOptional factor = parameter(gain);
        TensorOptional summand = parameter(bias);
        long[] channels = {gain.length};
        return new Assignment(out, "a layer normalisation", () -> {
            try (Tensor rows = in.tensor().permute(0, 2, 3, 1);
                    Tensor normal = torch.layer_norm(rows, channels, factor, summand, epsilon, true)) {
                return normal.permute(0, 3, 1, 2);
            }
        });
    }

    @Override
    protected Kernel activate(Activation function, PyTorchTensor in, PyTorchTensor out) {
        MethodHandle call = call(function.pyTorch());
        return new Assignment(out, function, () -> result(call, in.tensor()));
    }

    /** A function of PyTorch with all its arguments but the tensor. */
    private static MethodHandle call(Activation.PyTorch function) {
        List<Class<?>> types = new ArrayList<>(List.of(Tensor.class));
        function.words().forEach(word -> types.add(String.class));
        try {
            MethodHandle call = MethodHandles.publicLookup()
                    .findStatic(torch.class, function.name(), MethodType.methodType(Tensor.class, types));
            return MethodHandles.insertArguments(call, 1, function.words().toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("PyTorch has no " + function, e);
        }
    }

    private static Tensor result(MethodHandle call, Tensor in) {
        try {
            return (Tensor) call.invokeExact(in);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Kernel add(PyTorchTensor a, PyTorchTensor b, PyTorchTensor out) {
        return new Assignment(out, "a sum", () -> torch.add(a.tensor(), b.tensor()));
    }

    @Override
    protected Kernel multiply(PyTorchTensor in, PyTorchTensor gate, PyTorchTensor out) {
        return new Assignment(out, "a product", () -> torch.mul(in.tensor(), gate.tensor()));
    }

    @Override
    protected Kernel route(Route route, int[] sources, List<PyTorchTensor> in, PyTorchTensor out) {
        return new Assignment(out, route, route.accept(new RouteVisitor<Supplier<Tensor>>() {
            @Override
            public Supplier<Tensor> concat(Route.Concat concat) {
                return () -> PyTorchBackend.concat(in);
            }

            @Override
            public Supplier<Tensor> slice(Route.Slice slice) {
                return () -> in.get(0).tensor().narrow(1, slice.from(), slice.channels());
            }

            @Override
            public Supplier<Tensor> shuffle(Route.Shuffle shuffle) {
                return () -> PyTorchBackend.shuffle(shuffle.groups(), in.get(0));
            }
        }));
    }

    private static Tensor concat(List<PyTorchTensor> in) {
        try (TensorVector tensors =
                new TensorVector(in.stream().map(PyTorchTensor::tensor).toArray(Tensor[]::new))) {
            return torch.cat(tensors, 1);
        }
    }

    /** As in the published ShuffleNet: two dimensions of channels, transposed. */
    private static Tensor shuffle(long groups, PyTorchTensor in) {
        Shape shape = in.shape();
        long batch = shape.batch();
        try (Tensor split =
                        in.tensor().reshape(batch, groups, shape.channels() / groups, shape.height(), shape.width());
                Tensor exchanged = split.transpose(1, 2);
                Tensor contiguous = exchanged.contiguous()) {
            return contiguous.view(batch, shape.channels(), shape.height(), shape.width());
        }
    }

    /** As in the published NASNet: padded at the end, cropped at the start. */
    @Override
    protected Kernel shift(PyTorchTensor in, PyTorchTensor out) {
        long[] pads = {-1, 1, -1, 1};
        return new Assignment(out, "a shift", () -> torch.constant_pad_nd(in.tensor(), pads));
    }

    @Override
    protected Kernel quantise(Quantiser quantiser, PyTorchTensor in, PyTorchTensor out) {
        throw noIntegers();
    }

    @Override
    protected Kernel tiles(TileLayer layer, List<PyTorchTensor> in, PyTorchTensor out) {
        throw noTiles();
    }

    @Override
    protected Kernel pool(Pool pool, PyTorchTensor in, PyTorchTensor out) {
        long[] kernel = both(pool.kernel());
        long[] stride = both(pool.stride());
        long[] padding = both(pool.padding());
        boolean ceil = pool.after() > pool.padding();
        Supplier<Tensor> call =
                switch (pool.kind()) {
                    case MAX -> () -> torch.max_pool2d(in.tensor(), kernel, stride, padding, both(1), ceil);
                    case AVERAGE -> {
                        LongOptional windowSize = keep(new LongOptional());
                        yield () -> torch.avg_pool2d(in.tensor(), kernel, stride, padding, ceil, false, windowSize);
                    }
                    case GLOBAL -> () -> torch.adaptive_avg_pool2d(in.tensor(), 1, 1);
                    case BLUR -> blur(pool, in);
                };
        return new Assignment(out, pool, call);
    }

    /** A depthwise convolution with constant weights. */
    private Supplier<Tensor> blur(Pool pool, PyTorchTensor in) {
        int channels = in.shape().channels();
        Tensor weights = keep(tensor(pool.blurFilter(channels), channels, 1, pool.kernel(), pool.kernel()));
        TensorOptional none = keep(new TensorOptional());
        long[] stride = both(pool.stride());
        long[] padding = both(pool.padding());
        return () -> torch.conv2d(in.tensor(), weights, none, stride, padding, both(1), channels);
    }

    private static long[] both(long extent) {
        return new long[] {extent, extent};
    }
}
