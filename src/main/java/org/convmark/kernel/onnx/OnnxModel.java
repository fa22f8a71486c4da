package org.convmark.kernel.onnx;

import static org.convmark.kernel.onnx.Operators.attribute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Lowering;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Weights;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.RouteVisitor;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/**
 * A graph and its weights as an ONNX model, in the operators that exporters write. A fused kernel becomes a convolution with its
 * norms folded in, followed by separate operators for the rest, which engines fuse again.
 *
 * <p>Rounding to 8 bits is a QuantizeLinear and a DequantizeLinear behind each other, and a convolution of 8-bit integers one of floats
 * between such pairs, with weights and bias from integers: the form that ONNX Runtime's quantiser writes and its optimiser makes integer
 * kernels of. Activations are bytes without a sign, those that may be negative with 128 added, and weights bytes with one: with signed
 * activations ONNX Runtime was five times slower.
 */
public final class OnnxModel extends Lowering<OnnxModel.Value, List<Message>> {
    /** Name of the result. */
    public static final String OUTPUT = "output";

    /** The first operator set with Gelu. */
    private static final int OPERATOR_SET = 20;

    private static final int FORMAT = 9;

    /**
     * A tensor of the model.
     *
     * @param shape batch x channels x height x width
     * @param dequantised whether an operator DequantizeLinear makes it
     */
    record Value(String name, Shape shape, boolean dequantised) {}

    private final Message graph = new Message();
    private final Set<String> shared = new HashSet<>();

    private OnnxModel() {}

    /** Name of external input v. */
    public static String input(int v) {
        return "input_" + v;
    }

    /** The model. */
    public static Message of(Graph graph, Weights weights) {
        return new OnnxModel().model(graph, weights);
    }

    private Message model(Graph network, Weights weights) {
        int first = network.inputs().size();
        List<Value> values = IntStream.range(0, first + network.nodes().size())
                .mapToObj(v -> new Value(
                        v == network.head() ? OUTPUT : v < first ? input(v) : "value_" + v,
                        network.shape(v),
                        v >= first && network.nodes().get(v - first).layer().resultBits() == Byte.SIZE))
                .toList();
        for (int i = 0; i < network.nodes().size(); i++) {
            Node node = network.nodes().get(i);
            List<Value> in = node.inputs().stream().map(values::get).toList();
            lower(node, network.shapes(node), weights, in, values.get(first + i))
                    .forEach(operator -> graph.put(1, operator));
        }
        graph.put(2, "convmark");
        values.subList(0, first).forEach(v -> graph.put(11, description(v)));
        graph.put(12, description(values.get(network.head())));
        return new Message()
                .put(1, FORMAT)
                .put(2, "Convmark")
                .put(7, graph)
                .put(8, new Message().put(1, "").put(2, OPERATOR_SET));
    }

    private static Message description(Value value) {
        Shape shape = value.shape;
        return Tensor.description(value.name, shape.batch(), shape.channels(), shape.height(), shape.width());
    }

    private String constant(String name, float[] values, long... extents) {
        graph.put(5, Tensor.of(name, values, extents));
        return name;
    }

    /** A constant number, written once and readable by any operator. */
    private String once(String name, float value) {
        return shared.add(name) ? constant(name, new float[] {value}) : name;
    }

    private String constant(String name, long... values) {
        graph.put(5, Tensor.of(name, values));
        return name;
    }

    // ---------------------------------------------------------------- layers

    @Override
    protected List<Message> conv(FoldedConv folded, Value in, Value residual, Value out) {
        Conv conv = folded.conv();
        Epilogue epilogue = folded.epilogue();
        int width = conv.groupWidth(in.shape.channels());
        long[] extents = {conv.outChannels(), width, conv.kernel(), conv.kernel()};
        Operators operators = new Operators(out.name);
        List<String> operands = folded.reads() == null
                ? floats(folded, in, out, extents)
                : integers(folded, in, out, extents, operators);
        String x = operators.then(
                "Conv",
                operands,
                attribute("kernel_shape", new long[] {conv.kernel(), conv.kernel()}),
                attribute("strides", new long[] {conv.stride(), conv.stride()}),
                attribute("dilations", new long[] {conv.dilation(), conv.dilation()}),
                pads(conv.padding(), conv.padding()),
                attribute("group", in.shape.channels() / width));
        x = stage(epilogue.before(), x, operators);
        if (residual != null) {
            x = operators.then("Add", List.of(x, residual.name));
        }
        stage(epilogue.after(), x, operators);
        return operators.nodes();
    }

    private List<String> floats(FoldedConv folded, Value in, Value out, long[] extents) {
        List<String> operands =
                new ArrayList<>(List.of(in.name, constant(out.name + "_filter", folded.filter(), extents)));
        if (!isZero(folded.bias())) {
            operands.add(constant(out.name + "_bias", folded.bias(), folded.bias().length));
        }
        return operands;
    }

    /** Names of the floats that stand for input, filter and bias. */
    private List<String> integers(FoldedConv folded, Value in, Value out, long[] extents, Operators operators) {
        List<String> operands = new ArrayList<>();
        operands.add(in.dequantised ? in.name : quantise(folded.reads(), in.name, operators));
        String filter = out.name + "_filter";
        graph.put(5, Tensor.of(filter + "_integers", folded.codes(), extents));
        String steps = constant(filter + "_steps", folded.steps(), folded.bias().length);
        Message axis = attribute("axis", 0);
        operands.add(operators.then("DequantizeLinear", List.of(filter + "_integers", steps), axis));
        if (!isZero(folded.bias())) {
            String bias = out.name + "_bias";
            graph.put(5, Tensor.of(bias + "_integers", folded.biasCodes()));
            String units = constant(bias + "_steps", folded.units(), folded.bias().length);
            operands.add(operators.then("DequantizeLinear", List.of(bias + "_integers", units), axis));
        }
        return operands;
    }

    /**
     * ONNX Runtime drops a limit that rounding has too, and makes an integer kernel only of a convolution that is rounded directly. A ReLU6
     * below the largest byte stays, so the convolution is rounded before it as well, in the same way. That changes nothing, because 6 is a
     * multiple of the step.
     */
    private String stage(Epilogue.Stage stage, String in, Operators operators) {
        boolean limits = stage.function() == Activation.RELU6
                && stage.last() != null
                && stage.last().high() > 6;
        Quantiser first = stage.first() == null && limits ? stage.last() : stage.first();
        String x = first == null ? in : quantise(first, in, operators);
        x = activate(stage.function(), x, operators);
        return stage.last() == null ? x : quantise(stage.last(), x, operators);
    }

    private String quantise(Quantiser quantiser, String x, Operators operators) {
        int zero = quantiser.isUnsigned() ? 0 : -quantiser.least();
        String point = "zero_" + zero;
        if (shared.add(point)) {
            graph.put(5, Tensor.ofByte(point, zero));
        }
        String step = once("number_" + quantiser.step(), quantiser.step());
        String integers = operators.then("QuantizeLinear", List.of(x, step, point));
        return operators.then("DequantizeLinear", List.of(integers, step, point));
    }

    @Override
    protected List<Message> quantise(Quantiser quantiser, Value in, Value out) {
        Operators operators = new Operators(out.name);
        quantise(quantiser, in.name, operators);
        return operators.nodes();
    }

    private static Message pads(int before, int after) {
        return attribute("pads", new long[] {before, before, after, after});
    }

    /** A factor alone is a product; with a summand it is a batch norm with mean 0 and variance 1. */
    @Override
    protected List<Message> affine(float[] scale, float[] shift, Value in, Value out) {
        Operators operators = new Operators(out.name);
        int channels = scale.length;
        if (isZero(shift)) {
            operators.then("Mul", List.of(in.name, constant(out.name + "_scale", scale, 1, channels, 1, 1)));
            return operators.nodes();
        }
        batchNorm(in.name, scale, shift, operators, out);
        return operators.nodes();
    }

    private void batchNorm(String x, float[] scale, float[] shift, Operators operators, Value out) {
        int channels = scale.length;
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        operators.then(
                "BatchNormalization",
                List.of(
                        x,
                        constant(out.name + "_scale", scale, channels),
                        constant(out.name + "_shift", shift, channels),
                        constant(out.name + "_mean", new float[channels], channels),
                        constant(out.name + "_variance", ones, channels)),
                attribute("epsilon", 0f));
    }

    /**
     * As ConvNeXt's published code writes it. The operator LayerNormalization works along the last axis; with the transpositions
     * it needs, a block took ONNX Runtime a quarter longer.
     */
    @Override
    protected List<Message> layerNorm(float epsilon, float[] gain, float[] bias, Value in, Value out) {
        Operators operators = new Operators(out.name);
        String channels = constant(out.name + "_axis", 1);
        String mean = operators.then("ReduceMean", List.of(in.name, channels), attribute("keepdims", 1));
        String centred = operators.then("Sub", List.of(in.name, mean));
        String squares = operators.then("Mul", List.of(centred, centred));
        String variance = operators.then("ReduceMean", List.of(squares, channels), attribute("keepdims", 1));
        String positive =
                operators.then("Add", List.of(variance, constant(out.name + "_epsilon", new float[] {epsilon})));
        String deviation = operators.then("Sqrt", List.of(positive));
        String normal = operators.then("Div", List.of(centred, deviation));
        batchNorm(normal, gain, bias, operators, out);
        return operators.nodes();
    }

    @Override
    protected List<Message> activate(Activation function, Value in, Value out) {
        Operators operators = new Operators(out.name);
        activate(function, in.name, operators);
        return operators.nodes();
    }

    /** Name of the value after the activation; without an activation, the same name. */
    private String activate(Activation function, String x, Operators operators) {
        if (function == null) {
            return x;
        }
        Activation.Onnx operator = function.onnx();
        List<String> inputs = new ArrayList<>(List.of(x));
        operator.inputs().forEach(number -> inputs.add(once("number_" + number, number)));
        Message[] attributes = operator.attributes().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue() instanceof Float number
                        ? attribute(entry.getKey(), number)
                        : attribute(entry.getKey(), entry.getValue().toString()))
                .toArray(Message[]::new);
        String y = operators.then(operator.name(), inputs, attributes);
        return operator.isGate() ? operators.then("Mul", List.of(x, y)) : y;
    }

    @Override
    protected List<Message> add(Value a, Value b, Value out) {
        Operators operators = new Operators(out.name);
        operators.then("Add", List.of(a.name, b.name));
        return operators.nodes();
    }

    @Override
    protected List<Message> multiply(Value in, Value gate, Value out) {
        Operators operators = new Operators(out.name);
        operators.then("Mul", List.of(in.name, gate.name));
        return operators.nodes();
    }

    @Override
    protected List<Message> route(Route route, int[] sources, List<Value> in, Value out) {
        Operators operators = new Operators(out.name);
        String x = in.get(0).name;
        return route.accept(new RouteVisitor<>() {
            @Override
            public List<Message> concat(Route.Concat concat) {
                operators.then("Concat", in.stream().map(Value::name).toList(), attribute("axis", 1));
                return operators.nodes();
            }

            @Override
            public List<Message> slice(Route.Slice slice) {
                operators.then(
                        "Slice",
                        List.of(
                                x,
                                constant(out.name + "_from", slice.from()),
                                constant(out.name + "_to", slice.from() + slice.channels()),
                                constant(out.name + "_axis", 1)));
                return operators.nodes();
            }

            @Override
            public List<Message> shuffle(Route.Shuffle shuffle) {
                Shape s = out.shape;
                int size = s.channels() / shuffle.groups();
                String groups =
                        constant(out.name + "_groups", s.batch(), shuffle.groups(), size, s.height(), s.width());
                String split = operators.then("Reshape", List.of(x, groups));
                String exchanged =
                        operators.then("Transpose", List.of(split), attribute("perm", new long[] {0, 2, 1, 3, 4}));
                String whole = constant(out.name + "_whole", s.batch(), s.channels(), s.height(), s.width());
                operators.then("Reshape", List.of(exchanged, whole));
                return operators.nodes();
            }
        });
    }

    /** Negative padding crops. */
    @Override
    protected List<Message> shift(Value in, Value out) {
        Operators operators = new Operators(out.name);
        operators.then("Pad", List.of(in.name, constant(out.name + "_pads", 0, 0, -1, -1, 0, 0, 1, 1)));
        return operators.nodes();
    }

    /** A blur is a depthwise convolution; padding does not count in an average. */
    @Override
    protected List<Message> pool(Pool pool, Value in, Value out) {
        Operators operators = new Operators(out.name);
        Message window = attribute("kernel_shape", new long[] {pool.kernel(), pool.kernel()});
        Message strides = attribute("strides", new long[] {pool.stride(), pool.stride()});
        Message pads = pads(pool.padding(), pool.after());
        switch (pool.kind()) {
            case MAX -> operators.then("MaxPool", List.of(in.name), window, strides, pads);
            case AVERAGE -> operators.then("AveragePool", List.of(in.name), window, strides, pads);
            case GLOBAL -> operators.then("GlobalAveragePool", List.of(in.name));
            case BLUR -> {
                int channels = in.shape.channels();
                String filter = constant(out.name + "_filter", pool.blurFilter(channels), channels, 1, 3, 3);
                Message group = attribute("group", channels);
                operators.then("Conv", List.of(in.name, filter), window, strides, pads, group);
            }
        }
        return operators.nodes();
    }

    @Override
    protected List<Message> tiles(TileLayer layer, List<Value> in, Value out) {
        throw noTiles();
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
