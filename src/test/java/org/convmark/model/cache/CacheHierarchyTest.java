package org.convmark.model.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Stack;
import org.convmark.model.cache.CacheHierarchy.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Traces whose misses can be written down, and another simulator. */
class CacheHierarchyTest {
    private static final int LINE = 64;
    private static final Level L1 = new Level("L1d", 32 << 10, 8);
    private static final Level L2 = new Level("L2", 512 << 10, 8);
    private static final Level L3 = new Level("L3", 8 << 20, 16);

    private final CacheHierarchy caches = new CacheHierarchy(LINE, 1, List.of(L1, L2, L3));

    /** Streams that fit a level come from it the second time, those that do not come from behind it every time. */
    @ParameterizedTest
    @CsvSource({
        "16384,    0, 0, 0",
        "262144,   262144, 0, 0",
        "1048576,  1048576, 1048576, 0",
        "33554432, 33554432, 33554432, 33554432"
    })
    void stream(long bytes, long l1, long l2, long l3) {
        caches.touch(0, bytes);
        assertEquals(bytes, caches.missedBytes(2), "cold");
        caches.reset();
        caches.touch(0, bytes);
        List<Long> expected = List.of(l1, l2, l3);
        for (int level = 0; level < 3; level++) {
            assertEquals(expected.get(level), caches.missedBytes(level), 0.02 * bytes, "level " + level);
        }
    }

    /** A stride of whole lines fetches a line per access; one of several elements per line fetches each line once. */
    @ParameterizedTest
    @CsvSource({"4, 65536, 4096", "64, 65536, 65536", "256, 65536, 65536", "4096, 65536, 65536"})
    void stride(int stride, int accesses, long lines) {
        for (int i = 0; i < accesses; i++) {
            caches.touch((long) i * stride, 4);
        }
        for (int level = 0; level < 3; level++) {
            assertEquals(lines * LINE, caches.missedBytes(level), 0.02 * lines * LINE);
        }
    }

    /** A stride of a page uses one set in 64 lines of them: few lines thrash a cache that could hold many more. */
    @Test
    void strideOfOneSetThrashes() {
        for (int pass = 0; pass < 100; pass++) {
            for (int i = 0; i < 9; i++) {
                caches.touch(4096L * i, 4);
            }
        }
        assertEquals(900L * LINE, caches.missedBytes(0), "nine lines in a set of eight ways");
        assertEquals(9L * LINE, caches.missedBytes(1));
    }

    /** A blocked product of n x n matrices moves 2 n^3 / b + n^2 numbers where three blocks fit (Lam et al. 1991). */
    @Test
    void blockedProduct() {
        int n = 512;
        int b = 32;
        CacheHierarchy one = new CacheHierarchy(LINE, 1, List.of(new Level("L1d", 32 << 10, 512)));
        long rowBytes = 4L * n;
        for (int i = 0; i < n; i += b) {
            for (int j = 0; j < n; j += b) {
                for (int k = 0; k < n; k += b) {
                    for (int row = 0; row < b; row++) {
                        one.touch((i + row) * rowBytes + 4L * k, 4 * b);
                        one.touch(n * rowBytes + (k + row) * rowBytes + 4L * j, 4 * b);
                        one.touch(2 * n * rowBytes + (i + row) * rowBytes + 4L * j, 4 * b);
                    }
                }
            }
        }
        double expected = 4 * (2.0 * n * n * n / b + (double) n * n);
        assertEquals(expected, one.missedBytes(0), 0.02 * expected);
    }

    /** The same misses as lists of lines per set, the textbook's LRU, on a random walk. */
    @Test
    void agreesWithAnotherSimulator() {
        Random random = new Random(7);
        CacheHierarchy one = new CacheHierarchy(LINE, 1, List.of(new Level("L", 48 << 10, 12)));
        int sets = (48 << 10) / LINE / 12;
        List<LinkedHashSet<Long>> reference =
                Stream.generate(LinkedHashSet<Long>::new).limit(sets).toList();
        long misses = 0;
        for (int i = 0; i < 300_000; i++) {
            long line = random.nextInt(random.nextBoolean() ? 400 : 4000);
            one.touch(line * LINE, 1);
            LinkedHashSet<Long> set = reference.get((int) (line % sets));
            misses += set.remove(line) ? 0 : 1;
            set.add(line);
            if (set.size() > 12) {
                Iterator<Long> oldest = set.iterator();
                oldest.next();
                oldest.remove();
            }
        }
        assertEquals(misses * LINE, one.missedBytes(0));
    }

    @Test
    void levelWithoutASetIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new CacheHierarchy(LINE, 1, List.of(new Level("L1d", 256, 8))));
    }

    /** What a kernel touches is at least what it must, and a cold pass misses each byte of it about once in a large cache. */
    @Test
    void graphsTouchWhatTheirCostsSay() {
        for (Stack workload : Stack.stacks()) {
            for (Fusion fusion : Fusion.values()) {
                Graph graph = workload.graph(1, 32, 28, 1).fuse(fusion);
                Trace trace = new Trace(graph);
                AtomicLong touched = new AtomicLong();
                trace.visit((address, bytes) -> touched.addAndGet(bytes));
                assertTrue(touched.get() >= 0.9 * graph.cost().bytes(), workload + " " + fusion);
                CacheHierarchy large = new CacheHierarchy(LINE, 1, List.of(new Level("L", 1 << 28, 16)));
                trace.visit(large::touch);
                assertTrue(large.missedBytes(0) <= 1.3 * graph.cost().bytes() + (1 << 16), workload + " " + fusion);
                large.reset();
                trace.visit(large::touch);
                assertEquals(0, large.missedBytes(0), workload + " " + fusion);
            }
        }
    }
}
