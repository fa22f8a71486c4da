package org.convmark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

    @ParameterizedTest
    @MethodSource("names")
    void classMeasuresWhatItsNameSays(String name) throws Exception {
        WorkloadBenchmark benchmark =
                (WorkloadBenchmark) Class.forName(name).getConstructor().newInstance();
        Extents sizes = new Extents(2, 6, 224, 14);
        for (Map.Entry<Parameter, Integer> size : sizes.values().entrySet()) {
            set(benchmark, size.getKey().key(), size.getValue());
        }
        Workload workload = Workload.ofBenchmark(name).orElseThrow();
        assertEquals(workload.graph(sizes), benchmark.graph());
        for (Parameter extent : workload.extents()) {
            Extents others = sizes.with(extent, sizes.get(extent) + 1);
            assertNotEquals(workload.graph(others), benchmark.graph());
        }
    }

    @Test
    void roofsAreNoWorkloads() {
        Set<String> roofs = new TreeSet<>(Suite.roofs());
        assertEquals(2, roofs.size());
        assertTrue(roofs.stream().allMatch(name -> name.startsWith("org.convmark.bench.roof.")));
    }

    private static void set(Object benchmark, String name, int value) throws ReflectiveOperationException {
        for (Class<?> type = benchmark.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    field.setInt(benchmark, value);
                }
            }
        }
    }
}
