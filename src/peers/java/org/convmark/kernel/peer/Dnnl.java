package org.convmark.kernel.peer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.convmark.model.Shape;

/** oneDNN on one CPU: an engine and a stream, memory in layouts, primitives with their arguments. Closing it frees them all. */
final class Dnnl implements AutoCloseable {
    /** A tensor's bytes and their layout. */
    record Buffer(memory.desc layout, memory memory) {}

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

    static long[] dims(Shape shape) {
        return new long[] {shape.batch(), shape.channels(), shape.height(), shape.width()};
    }

    /** New memory. */
    Buffer allocate(memory.desc layout) {
        return new Buffer(keep(layout), keep(new memory(layout, cpu)));
    }

    /** The same bytes in another layout. */
    memory view(memory.desc layout, memory bytes) {
        return keep(new memory(layout, cpu, bytes.get_data_handle()));
    }

    /** Numbers in plain order. */
    Buffer constant(float[] values, long... dims) {
        memory.format_tag tag =
                switch (dims.length) {
                    case 1 -> memory.format_tag.a;
                    case 4 -> memory.format_tag.abcd;
                    default -> memory.format_tag.abcde;
                };
        Buffer plain = allocate(layout(tag, dims));
        floats(plain, values.length).put(values);
        return plain;
    }

    /** The numbers of a buffer in plain order. */
    static FloatPointer floats(Buffer plain, int count) {
        return new FloatPointer(plain.memory().get_data_handle()).capacity(count);
    }

    /** Copies from one layout to another, at once. */
    void copy(Buffer from, Buffer to) {
        reorder(from.layout(), from.memory(), to).run();
        finish();
    }

    // ---------------------------------------------------------------- primitives

    /** A copy from one layout, which may be part of the memory, to another. */
    Step reorder(memory.desc layout, memory from, Buffer to) {
        primitive_attr attributes = attributes();
        return step(
                new reorder.primitive_desc(cpu, layout, cpu, to.layout(), attributes, false),
                Map.of(dnnl.DNNL_ARG_FROM, from, dnnl.DNNL_ARG_TO, to.memory()));
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
