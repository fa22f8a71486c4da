package org.convmark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
                .map(name -> Workload.ofBenchmark(simple(name)).orElseThrow())
                .toList();
        assertEquals(Workload.all(), measured);
    }

    @ParameterizedTest
    @MethodSource("names")
    void classMeasuresWhatItsNameSays(String name) throws Exception {
        WorkloadBenchmark benchmark =
                (WorkloadBenchmark) Class.forName(name).getConstructor().newInstance();
        Map<String, Integer> sizes = Map.of("depth", 2, "width", 6, "image", 224, "batch", 14);
        for (Map.Entry<String, Integer> size : sizes.entrySet()) {
            set(benchmark, size.getKey(), size.getValue());
        }
        Workload workload = Workload.ofBenchmark(simple(name)).orElseThrow();
        assertEquals(workload.graph(sizes::get), benchmark.graph());
        for (String extent : workload.extents()) {
            Map<String, Integer> others = new HashMap<>(sizes);
            others.merge(extent, 1, Integer::sum);
            assertNotEquals(workload.graph(others::get), benchmark.graph());
        }
    }

    @Test
    void roofsAreNoWorkloads() {
        Set<String> roofs = new TreeSet<>(Suite.roofs());
        assertEquals(2, roofs.size());
        assertTrue(roofs.stream().allMatch(name -> name.startsWith("org.convmark.bench.roof.")));
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
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
