package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.jvm.TimedKernels;
import org.convmark.jvm.TimedKernelsFile;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Weights;
import org.convmark.model.Activation;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On whatever device there is, as if it were a GPU. */
class AutotunerTest {
    private static final String LAYER = "layer";

    @TempDir
    private Path folder;

    private Cl cl;
    private OpenClBackend backend;

    @BeforeAll
    static void needsDevice() {
        String reason = OpenClDevices.unavailable(new EngineOptions(0, null));
        assumeTrue(reason == null, "OpenCL is not available: " + reason);
    }

    @BeforeEach
    void open() {
        System.setProperty(Autotuner.EVERYWHERE, "true");
        open(null);
    }

    private void open(TimedKernelsFile file) {
        ClDevice device = ClDevice.list().devices().get(0);
        cl = OpenClBackendTest.forGpus(device);
        backend = new OpenClBackend(cl, Tuning.gpu(device.info()), FusionConstraints.TYPICAL, file);
    }

    @AfterEach
    void close() {
        backend.close();
        System.clearProperty(Autotuner.EVERYWHERE);
    }

    private TimedKernelsFile file(String row) {
        return new TimedKernelsFile(folder.resolve(TimedKernels.NAME).toString(), row);
    }

    private TimedKernels timed() {
        return TimedKernels.read(folder.resolve(TimedKernels.NAME)).orElseThrow();
    }

    /** A kernel that takes so many times as long as another. */
    private Autotuner.Variant taking(int times, double cycles) {
        return variant(times + " times", cycles, () -> {
            Shape shape = new Shape(1, 64, 32, 32);
            Kernel once = backend.activate(Activation.GELU, backend.allocate(shape, 0), backend.allocate(shape, 0));
            Kernel[] all = Stream.generate(() -> once).limit(times).toArray(Kernel[]::new);
            return new OpenClBackend.Sequence(all);
        });
    }

    private static Autotuner.Variant variant(String words, double cycles, Supplier<Kernel> bind) {
        return new Autotuner.Variant(words, cycles, () -> "", () -> true, bind);
    }

    /** A kernel that must not be built. */
    private static Autotuner.Variant untouched(String words, double cycles) {
        return variant(words, cycles, () -> {
            throw new AssertionError(words + " is bound");
        });
    }

    private static Autotuner.Variant broken() {
        return variant("broken", 1, () -> {
            throw new IllegalStateException("does not compile:\nbuild log");
        });
    }

    @Test
    void fastestByTheClockWinsOverTheModel() {
        Autotuner.Variant slow = taking(20, 1);
        Autotuner.Variant fast = taking(1, 2);
        assertSame(fast, new Autotuner(cl, file("row")).choose(LAYER, List.of(slow, fast, untouched("hopeless", 9))));
        TimedKernels.Layer layer = timed().layers().get(0);
        assertEquals(LAYER, layer.layer());
        assertEquals("1 times", layer.fastest());
        assertEquals("20 times", layer.predicted());
        assertTrue(layer.predictedMicros() > 2 * layer.micros(), layer::toString);
    }

    /** A fork of another row, which builds nothing but what it runs. */
    @Test
    void onlyTheFirstForkTimes() {
        new Autotuner(cl, file("first")).choose(LAYER, List.of(taking(20, 1), taking(1, 2)));
        Autotuner.Variant known = untouched("1 times", 2);
        Autotuner second = new Autotuner(cl, file("second"));
        assertSame(known, second.choose(LAYER, List.of(untouched("20 times", 1), known)));
        assertSame(known, second.choose(LAYER, List.of(untouched("20 times", 1), known)));
        assertEquals(List.of("first", "second"), timed().layers().get(0).rows());
    }

    @Test
    void kernelThatDoesNotWorkCostsOnlyItself() {
        Autotuner tuner = new Autotuner(cl, file("row"));
        Autotuner.Variant works = taking(1, 2);
        assertSame(works, tuner.choose(LAYER, List.of(broken(), works)));
        Autotuner.Variant broken = broken();
        assertSame(broken, tuner.choose("other", List.of(broken)), "its fault is told when it is bound");
    }

    /** A driver that was replaced, and a file that was cut. */
    @Test
    void whatAnotherDriverWasTimedWithIsTimedAnew() throws IOException {
        Path file = folder.resolve(TimedKernels.NAME);
        Autotuner.Variant fast = taking(1, 2);
        new Autotuner(cl, file("row")).choose(LAYER, List.of(taking(20, 1), fast));
        String text = Files.readString(file);
        for (String other : List.of(text.replace("driver ", "driver 0."), text.substring(0, 40), "")) {
            Files.writeString(file, other.replace("\"1 times\"", "\"20 times\""));
            assertSame(fast, new Autotuner(cl, file("row")).choose(LAYER, List.of(taking(20, 1), fast)));
            assertEquals("1 times", timed().layers().get(0).fastest());
        }
    }

    @Test
    void fileThatCannotBeWrittenIsSaidInOneSentence() throws IOException {
        Path none = folder.resolve("none").resolve(TimedKernels.NAME);
        Autotuner tuner = new Autotuner(cl, new TimedKernelsFile(none.toString(), "row"));
        String message = assertThrows(IllegalStateException.class, () -> tuner.choose(LAYER, List.of(taking(1, 1))))
                .getMessage();
        assertTrue(message.startsWith(none + " cannot be written ("), message);
    }

    /** The model chooses: on a CPU unless it is asked for, and where nothing is to be remembered. */
    @Test
    void nothingIsTimedOnACpuUnlessForced() {
        Autotuner.Variant first = untouched("first", 1);
        Autotuner.Variant large = new Autotuner.Variant("large", 0, () -> "", () -> false, () -> null);
        List<Autotuner.Variant> variants = List.of(large, first, untouched("second", 2));
        assertSame(first, new Autotuner(cl, null).choose(LAYER, variants));
        System.clearProperty(Autotuner.EVERYWHERE);
        assumeTrue(cl.info().type() == DeviceInfo.Type.CPU, "needs a CPU device");
        assertSame(first, new Autotuner(cl, file("row")).choose(LAYER, variants));
        assertTrue(Files.notExists(folder.resolve(TimedKernels.NAME)));
    }

    /** Layers, blocks that are one kernel or several, gated ones; a second backend takes what the first found. */
    @Test
    void chosenKernelsEqualPlainJava() {
        List<Graph> graphs = List.of(
                Graph.of(new Shape(1, 40, 12, 12)).conv(3, 48).relu().depthwise(3, 1),
                Block.FFN.graph(1, 16, 12, 1),
                new Case.Problem(Block.RESNET_BASIC, new Extents(1, 48, 9, 1), AxisPoint.of("SKIPPED@0.4@CHANNELS"))
                        .graph());
        for (String row : List.of("first", "second")) {
            backend.close();
            open(file(row));
            for (Graph graph : graphs) {
                Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
                backend.compile(graph.fuse(Fusion.BLOCK), weights).verify(Engines.reference(weights));
            }
        }
        List<TimedKernels.Layer> layers = timed().layers();
        assertTrue(
                layers.stream().anyMatch(layer -> layer.layer().startsWith("One kernel or several: ")),
                layers::toString);
        assertTrue(layers.stream().anyMatch(layer -> layer.timed() > 1), layers::toString);
        assertTrue(layers.stream().allMatch(layer -> layer.rows().contains("first")), layers::toString);
        assertTrue(
                layers.stream().filter(layer -> layer.rows().contains("second")).count() >= graphs.size(),
                layers::toString);
    }
}
