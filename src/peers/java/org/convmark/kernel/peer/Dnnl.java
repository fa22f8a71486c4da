package org.convmark.kernel.peer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.convmark.kernel.Quantiser;
import org.convmark.model.Shape;

/** oneDNN on one CPU: an engine and a stream, memory in layouts, primitives with their arguments. Closing it frees them all. */
final class Dnnl implements AutoCloseable {
    /**
     * A tensor's bytes and their layout.
     *
     * @param quantiser what its integers of 8 bits stand for; null for floats
     */
    record Buffer(memory.desc layout, memory memory, Quantiser quantiser) {
        boolean is(memory.desc other, Quantiser same) {
            return layout.equals(other) && Objects.equals(quantiser, same);
        }
    }

    /** A primitive with its arguments bound. */
    final class Step {
        private final dnnl_primitive primitive;
        private final dnnl_exec_arg_t arguments;
        private final int count;

        private Step(primitive_desc_base descriptor, Map<Integer, memory> bound) {
            primitive owner = keep(new primitive(descriptor.get()));
            this.primitive = keep(owner.get());
            this.count = bound.size();
            this.arguments = keep(new dnnl_exec_arg_t(count));
            int i = 0;
            for (Map.Entry<Integer, memory> argument : bound.entrySet()) {
                arguments
                        .getPointer(i++)
                        .arg(argument.getKey())
                        .memory(argument.getValue().get());
            }
        }

        void run() {
            int status = dnnl_primitive_execute(primitive, queue, count, arguments);
            if (status != dnnl_success) {
                throw new IllegalStateException("oneDNN could not run a primitive: status " + status);
            }
        }
    }

    private final List<Pointer> kept = new ArrayList<>();
    private final engine cpu;
    private final stream stream;
    private final dnnl_stream queue;
    private memory scratchpad;

    /** @param threads threads of all primitives that the calling thread creates and runs */
    Dnnl(int threads) {
        Natives.setThreads(Loader.load(dnnl.class), threads);
        cpu = keep(new engine(engine.kind.cpu, 0));
        stream = keep(new stream(cpu));
        queue = keep(stream.get());
    }

    /** {@code 3.11.0}. */
    static String version() {
        dnnl_version_t version = dnnl.dnnl_version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }

    engine cpu() {
        return cpu;
    }

    /** Returns when everything that was run is complete. */
    void finish() {
        stream._wait();
    }

    // ---------------------------------------------------------------- memory

    /** A layout of 32-bit floats. */
    static memory.desc layout(memory.format_tag tag, long... dims) {
        return new memory.desc(dims, memory.data_type.f32, tag);
    }

    static memory.desc layout(memory.format_tag tag, Shape shape) {
        return layout(tag, dims(shape));
    }

    /** The request that a primitive choose the layout. */
    static memory.desc any(long... dims) {
        return layout(memory.format_tag.any, dims);
    }

    /** The same for integers, or for floats if nothing rounds. */
    static memory.desc any(Quantiser quantiser, Shape shape) {
        return layout(quantiser, memory.format_tag.any, shape);
    }

    static memory.desc layout(Quantiser quantiser, memory.format_tag tag, Shape shape) {
        memory.data_type type = quantiser == null
                ? memory.data_type.f32
                : quantiser.isUnsigned() ? memory.data_type.u8 : memory.data_type.s8;
        return new memory.desc(dims(shape), type, tag);
    }

    /** The request that a primitive choose the layout of weights of 8 bits. */
    static memory.desc anyBytes(long... dims) {
        return new memory.desc(dims, memory.data_type.s8, memory.format_tag.any);
    }

    static long[] dims(Shape shape) {
        return new long[] {shape.batch(), shape.channels(), shape.height(), shape.width()};
    }

    /** New memory for floats, or for weights. */
    Buffer allocate(memory.desc layout) {
        return allocate(layout, null);
    }

    /** New memory. */
    Buffer allocate(memory.desc layout, Quantiser quantiser) {
        return new Buffer(keep(layout), keep(new memory(layout, cpu)), quantiser);
    }

    /** The same bytes in another layout. */
    memory view(memory.desc layout, memory bytes) {
        return keep(new memory(layout, cpu, bytes.get_data_handle()));
    }

    /** Numbers in plain order. */
    Buffer constant(float[] values, long... dims) {
        Buffer plain = allocate(layout(plain(dims), dims));
        floats(plain, values.length).put(values);
        return plain;
    }

    /** Integers in plain order. */
    Buffer constant(byte[] values, long... dims) {
        Buffer plain = allocate(new memory.desc(dims, memory.data_type.s8, plain(dims)));
        new BytePointer(plain.memory().get_data_handle())
                .capacity(values.length)
                .put(values);
        return plain;
    }

    private static memory.format_tag plain(long... dims) {
        return switch (dims.length) {
            case 1 -> memory.format_tag.a;
            case 4 -> memory.format_tag.abcd;
            default -> memory.format_tag.abcde;
        };
    }

    /** The numbers of a buffer in plain order. */
    static FloatPointer floats(Buffer plain, int count) {
        return new FloatPointer(plain.memory().get_data_handle()).capacity(count);
    }

    /** Copies from one layout to another, at once. */
    void copy(Buffer from, Buffer to) {
        reorder(from, to).run();
        finish();
    }

    // ---------------------------------------------------------------- primitives

    /** A copy to another layout, or to other integers. */
    Step reorder(Buffer from, Buffer to) {
        primitive_attr attributes = attributes();
        Map<Integer, memory> arguments = new HashMap<>();
        if (!Objects.equals(from.quantiser(), to.quantiser())) {
            scale(dnnl.DNNL_ARG_FROM, from.quantiser(), attributes, arguments);
            scale(dnnl.DNNL_ARG_TO, to.quantiser(), attributes, arguments);
        }
        return reorder(from.layout(), from.memory(), to, attributes, arguments);
    }

    /** A copy from one layout, which may be part of the memory, to another. */
    Step reorder(memory.desc layout, memory from, Buffer to) {
        return reorder(layout, from, to, attributes(), new HashMap<>());
    }

    private Step reorder(
            memory.desc layout, memory from, Buffer to, primitive_attr attributes, Map<Integer, memory> arguments) {
        arguments.put(dnnl.DNNL_ARG_FROM, from);
        arguments.put(dnnl.DNNL_ARG_TO, to.memory());
        return step(new reorder.primitive_desc(cpu, layout, cpu, to.layout(), attributes, false), arguments);
    }

    /** Says what the integers of an argument stand for; nothing for floats. */
    void scale(int argument, Quantiser quantiser, primitive_attr attributes, Map<Integer, memory> arguments) {
        if (quantiser != null) {
            scale(argument, 0, attributes, arguments, quantiser.step());
        }
    }

    /** @param mask a bit for each dimension along which factors differ */
    void scale(int argument, int mask, primitive_attr attributes, Map<Integer, memory> arguments, float... factors) {
        attributes.set_scales_mask(argument, mask);
        arguments.put(
                dnnl.DNNL_ARG_ATTR_SCALES | argument,
                constant(factors, factors.length).memory());
    }

    /** Attributes that let all primitives share one scratchpad; they run one after the other. */
    static primitive_attr attributes() {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
        return attributes;
    }

    /** A primitive with its arguments. */
    Step step(primitive_desc_base descriptor, Map<Integer, memory> arguments) {
        Map<Integer, memory> bound = new LinkedHashMap<>(arguments);
        memory.desc wanted = descriptor.scratchpad_desc();
        if (wanted.get_size() > 0) {
            if (scratchpad == null || scratchpad.get_desc().get_size() < wanted.get_size()) {
                scratchpad = keep(new memory(wanted, cpu));
            }
            bound.put(DNNL_ARG_SCRATCHPAD, view(wanted, scratchpad));
        }
        return new Step(descriptor, bound);
    }

    /** Keeps a native object alive until {@link #close}, beyond the scope in which a layer is bound. */
    private <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        kept.add(pointer);
        return pointer;
    }

    @Override
    public void close() {
        for (int i = kept.size() - 1; i >= 0; i--) {
            kept.get(i).releaseReference();
        }
        kept.clear();
    }
}
