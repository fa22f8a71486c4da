#!/usr/bin/env bash
# oneDNN 3.11: the layout that a grouped convolution chooses has no fast multiplication by a gate per channel.
#
# oneDNN's advice is to leave the layouts of a convolution open (`any`), and to give the next primitive what the convolution chose. One expects that a
# product with one number per channel, the gate of squeeze-and-excitation, is about as fast there as in other layouts. Found, with AVX-512: a 3x3
# convolution in groups of 8 channels chooses blocks of 8 channels, and for a gate in that layout `binary` takes its reference loop, hundreds of times
# slower than in channels-last or plain order. A sum of two whole maps in the same layout is generated code. Storing the gate in blocks too helps for
# blocks of 16 channels, which groups of 16 choose, but not for blocks of 8. Only the name of the implementation says that it is the reference.
#
# Versions: org.bytedeco:dnnl 3.11-1.5.13 (oneDNN 3.11.0) and org.bytedeco:opencl 3.0-1.5.13 from Maven Central, Linux on x86-64 with AVX-512, any JDK from
# 17 on (seen with 17.0.15).
# Output seen, on 2 cores; the times differ between runs:
#   oneDNN 3.11.0
#   convolution in groups of 8: jit:avx512_core, strides [401408, 25088, 448, 8], inner blocks [8]
#   product in blocks of 8: ref:any, 15.58 ms
#   product in blocks of 8, gate too: ref:any, 24.77 ms
#   convolution in groups of 16: jit:avx512_core, strides [401408, 50176, 896, 16], inner blocks [16]
#   product in blocks of 16: ref:any, 15.73 ms
#   product in blocks of 16, gate too: jit:uni, 0.03 ms
#   product in channels-last: jit:uni, 0.05 ms
#   product in plain order: jit:uni, 0.03 ms
#   sum of two maps in blocks of 8: jit:uni
# Ends with 1 if a layout or an implementation changes, or if the reference loop is less than 5 times slower than channels-last. Without AVX-512 it
# says so and claims nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <properties>
    <platform>linux-x86_64</platform>
  </properties>
  <dependencies>
    <dependency><groupId>org.bytedeco</groupId><artifactId>dnnl</artifactId><version>3.11-1.5.13</version></dependency>
    <dependency>
      <groupId>org.bytedeco</groupId><artifactId>dnnl</artifactId><version>3.11-1.5.13</version><classifier>${platform}</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId><artifactId>javacpp</artifactId><version>1.5.13</version><classifier>${platform}</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId><artifactId>opencl</artifactId><version>3.0-1.5.13</version><classifier>${platform}</classifier>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=libs >/dev/null
cat >Gate.java <<'JAVA'
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.dnnl.*;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

public class Gate {
    private static final int CHANNELS = 128;
    private static final long[] MAP = {1, CHANNELS, 56, 56};
    private static final long[] GATE = {1, CHANNELS, 1, 1};
    private static final engine CPU = new engine(engine.kind.cpu, 0);
    private static final stream STREAM = new stream(CPU);

    /** JavaCPP frees what is not reachable. */
    private static final List<memory> KEPT = new ArrayList<>();

    public static void main(String[] arguments) {
        dnnl_version_t version = dnnl_version();
        System.out.println("oneDNN " + version.major() + "." + version.minor() + "." + version.patch());
        if ((dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) != dnnl_cpu_isa_avx512_core) {
            System.out.println("no AVX-512: nothing is claimed");
            return;
        }
        memory.desc chosen = chosenByConvolution(8);
        double reference = multiply("blocks of 8", chosen, layout(format_tag.nchw, GATE));
        multiply("blocks of 8, gate too", chosen, layout(format_tag.nChw8c, GATE));
        memory.desc sixteen = chosenByConvolution(16);
        multiply("blocks of 16", sixteen, layout(format_tag.nchw, GATE));
        multiply("blocks of 16, gate too", sixteen, layout(format_tag.nChw16c, GATE));
        double channelsLast = multiply("channels-last", layout(format_tag.nhwc, MAP), layout(format_tag.nchw, GATE));
        multiply("plain order", layout(format_tag.nchw, MAP), layout(format_tag.nchw, GATE));
        System.out.println("sum of two maps in blocks of 8: " + new binary.primitive_desc(CPU, dnnl_binary_add, chosen, chosen, chosen)
                .impl_info_str()
                .getString());
        System.exit(reference > 5 * channelsLast ? 0 : 1);
    }

    private static memory.desc chosenByConvolution(int width) {
        long[] one = {1, 1};
        convolution_forward.primitive_desc made = new convolution_forward.primitive_desc(
                CPU,
                dnnl_forward_inference,
                dnnl_convolution_direct,
                layout(format_tag.any, MAP),
                layout(format_tag.any, CHANNELS / width, width, width, 3, 3),
                layout(format_tag.any, MAP),
                one,
                one,
                one);
        memory.desc chosen = made.dst_desc();
        System.out.println("convolution in groups of " + width + ": " + made.impl_info_str().getString() + ", strides "
                + Arrays.toString(array(chosen.get_strides(), chosen.get_ndims())) + ", inner blocks "
                + Arrays.toString(array(chosen.get_inner_blks(), chosen.get_inner_nblks())));
        return chosen;
    }

    /** The median time in ms. */
    private static double multiply(String where, memory.desc map, memory.desc gate) {
        binary.primitive_desc made = new binary.primitive_desc(CPU, dnnl_binary_mul, map, gate, map);
        dnnl_exec_arg_t bound = new dnnl_exec_arg_t(3);
        bound.getPointer(0).arg(DNNL_ARG_SRC_0).memory(ones(map).get());
        bound.getPointer(1).arg(DNNL_ARG_SRC_1).memory(ones(gate).get());
        bound.getPointer(2).arg(DNNL_ARG_DST).memory(ones(map).get());
        primitive product = new primitive(made.get());
        double[] times = new double[21];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            if (dnnl_primitive_execute(product.get(), STREAM.get(), 3, bound) != dnnl_success) {
                throw new IllegalStateException(where);
            }
            STREAM._wait();
            times[i] = (System.nanoTime() - start) * 1e-6;
        }
        Arrays.sort(times);
        double median = times[times.length / 2];
        System.out.println("product in " + where + ": " + made.impl_info_str().getString() + String.format(Locale.ROOT, ", %.2f ms", median));
        return median;
    }

    private static memory ones(memory.desc layout) {
        memory made = new memory(layout, CPU);
        KEPT.add(made);
        float[] values = new float[(int) layout.get_size() / Float.BYTES];
        Arrays.fill(values, 1);
        new FloatPointer(made.get_data_handle()).put(values);
        return made;
    }

    private static memory.desc layout(format_tag tag, long... dims) {
        return new memory.desc(dims, memory.data_type.f32, tag);
    }

    private static long[] array(LongPointer from, int count) {
        long[] values = new long[count];
        from.get(values);
        return values;
    }
}
JAVA
javac -cp 'libs/*' -d . Gate.java
java -cp '.:libs/*' Gate 2>/dev/null | tee output
if grep -q '^no AVX-512' output; then
    exit 0
fi
diff <(sed -E 's/, [0-9.]+ ms$//' output) - <<'SEEN'
oneDNN 3.11.0
convolution in groups of 8: jit:avx512_core, strides [401408, 25088, 448, 8], inner blocks [8]
product in blocks of 8: ref:any
product in blocks of 8, gate too: ref:any
convolution in groups of 16: jit:avx512_core, strides [401408, 50176, 896, 16], inner blocks [16]
product in blocks of 16: ref:any
product in blocks of 16, gate too: jit:uni
product in channels-last: jit:uni
product in plain order: jit:uni
sum of two maps in blocks of 8: jit:uni
SEEN
