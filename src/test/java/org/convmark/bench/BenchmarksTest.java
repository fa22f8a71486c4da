package org.convmark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.model.AxisPoint;
import org.convmark.model.Extents;
import org.convmark.model.Parameter;
import org.convmark.model.Workload;
import org.convmark.run.Suite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Benchmark classes and the lists of workloads belong together, one to one. */
class BenchmarksTest {
    static List<String> names() {
        return Suite.workloads();
    }

    @Test
    void listOfJmhIsNotEmpty() throws Exception {
        try (var list = getClass().getResourceAsStream("/META-INF/BenchmarkList")) {
            String text = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(
                    Workload.all().size() + Suite.roofs().size(), text.lines().count());
        }
    }

    @Test
    void everyWorkloadHasOneClass() {
        List<Workload> measured = names().stream()
                .map(name -> Workload.ofBenchmark(name).orElseThrow())
                .toList();
        assertEquals(Workload.all(), measured);
    }

    /** What JMH makes of a class runs the graph of the class's name, of the extents that JMH sets. */
    @ParameterizedTest
    @MethodSource("names")
    void classMeasuresWhatItsNameSays(String name) throws Exception {
        WorkloadBenchmark benchmark =
                (WorkloadBenchmark) generated(name).getDeclaredConstructor().newInstance();
        Workload workload = Workload.ofBenchmark(name).orElseThrow();
        set(benchmark, Parameter.AXIS.key(), AxisPoint.NONE.toString());
        Extents sizes = new Extents(2, 6, 224, 14);
        for (Parameter extent : workload.extents()) {
            set(benchmark, extent.key(), sizes.get(extent));
        }
        assertEquals(workload.graph(sizes), benchmark.graph());
        for (Parameter extent : workload.extents()) {
            Extents others = sizes.with(extent, sizes.get(extent) + 1);
            assertNotEquals(workload.graph(others), benchmark.graph());
        }
    }

    @Test
    void roofsAreNoWorkloads() {
        List<String> roofs = Suite.roofs();
        assertFalse(roofs.isEmpty());
        assertTrue(roofs.stream().allMatch(name -> name.startsWith("org.convmark.bench.roof.")));
    }

    /** The subclass of a benchmark class that JMH generates, gives parameters and runs. */
    private static Class<?> generated(String name) throws ClassNotFoundException {
        String place = name.substring(0, name.lastIndexOf('.'));
        return Class.forName(place + ".jmh_generated." + name.substring(place.length() + 1) + "_jmhType");
    }

    private static void set(Object benchmark, String parameter, Object value) throws ReflectiveOperationException {
        Class<?> type = benchmark.getClass();
        while (Stream.of(type.getDeclaredFields())
                .noneMatch(field -> field.getName().equals(parameter))) {
            type = type.getSuperclass();
        }
        Field field = type.getDeclaredField(parameter);
        field.setAccessible(true);
        field.set(benchmark, value);
    }
}
