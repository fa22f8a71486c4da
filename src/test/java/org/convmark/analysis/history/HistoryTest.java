package org.convmark.analysis.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.convmark.analysis.history.History.Change;
import org.convmark.report.HtmlWriter;
import org.convmark.report.TextWriter;
import org.convmark.results.HistoryIndex;
import org.convmark.results.HistoryIndex.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up folders of runs of a benchmark that this version does not have. {@code -Druns=1000 -Drows=300} is the size that has to take less than 10 s. */
class HistoryTest {
    private static final int RUNS = Integer.getInteger("runs", 40);
    private static final int ROWS = Integer.getInteger("rows", 10);
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-peers/machine.json");

    @TempDir
    private Path folder;

    /** Row 0 becomes 10 % slower in the middle. */
    private void makeRuns(int runs, int rows) throws IOException {
        String machine = Files.readString(CANNED);
        Random random = new Random(1);
        for (int r = 0; r < runs; r++) {
            Path run = Files.createDirectory(folder.resolve(String.format("run%05d", r)));
            String time = String.format("2026-01-%02dT%02d:%02d:00Z", 1 + r / 1440, r / 60 % 24, r % 60);
            Files.writeString(
                    run.resolve("machine.json"),
                    machine.replaceFirst("\"capturedAt\" ?: ?\"[^\"]*\"", "\"capturedAt\":\"" + time + "\""));
            int place = r;
            String results = IntStream.range(0, rows)
                    .mapToObj(row -> result(row, row == 0 && place >= runs / 2 ? 1.1 : 1, random))
                    .collect(Collectors.joining(",", "[", "]"));
            Files.writeString(run.resolve("jmh.json"), results);
        }
    }

    private static String result(int row, double level, Random random) {
        String samples = IntStream.range(0, 15)
                .mapToObj(i -> String.format(Locale.ROOT, "%.6f", 100 * level * Math.exp(0.02 * random.nextGaussian())))
                .collect(Collectors.joining(","));
        return "{\"benchmark\":\"org.convmark.bench.pattern.FormerBenchmark.run\",\"mode\":\"avgt\",\"jvm\":\"java\",\"jdkVersion\":\"17\",\"vmName\":\"VM\","
                + "\"params\":{\"width\":\"" + row + "\"},\"primaryMetric\":{\"scoreUnit\":\"us/op\",\"rawData\":[["
                + samples
                + "]]}}";
    }

    private Reading read() throws IOException {
        return new HistoryIndex(folder).read();
    }

    @Test
    void stepIsFoundWithItsRuns() throws IOException {
        makeRuns(RUNS, ROWS);
        long start = System.nanoTime();
        Reading cold = read();
        long indexed = System.nanoTime();
        Reading warm = read();
        History history = History.of(warm.entries(), 0.03);
        long end = System.nanoTime();
        System.out.printf(
                "%d runs of %d rows: %.1f s without the index, %.1f s with it and for the changes%n",
                RUNS, ROWS, (indexed - start) / 1e9, (end - indexed) / 1e9);
        assertEquals(cold, warm);
        assertEquals(ROWS, history.series().size());
        Change change = history.series().get(0).changes().get(0);
        assertEquals(1.1, change.ratio(), 0.02);
        assertEquals(RUNS / 2, change.place(), 2);
        assertTrue(change.slower());
        assertTrue(new HtmlWriter().text(HistoryDocument.of(history, List.of())).contains("<polyline"));
        try (var files = Files.list(folder)) {
            assertEquals(RUNS + 1, files.count(), "nothing but the index is written");
        }
    }

    /** A terminal of 80 columns holds every line that tells of a change. */
    @Test
    void changesAreToldRunByRun() throws IOException {
        makeRuns(40, 10);
        History history = History.of(read().entries(), 0.03);
        List<String> lines = new TextWriter()
                .text(HistoryDocument.of(history, List.of()))
                .lines()
                .toList();
        int lead = lines.indexOf("1 of 10 rows changed their level, in all 1 time.");
        assertTrue(lead > 0, lines::toString);
        Change change = history.series().get(0).changes().get(0);
        List<String> told = lines.subList(lead + 1, lead + 5);
        assertTrue(
                told.get(0).startsWith(change.after().capturedAt())
                        && told.get(0).endsWith(": 1 row slower."),
                told::toString);
        assertTrue(told.get(1).endsWith("since run " + change.after().folder()), told::toString);
        assertTrue(told.get(3).matches(" +\\+\\d+\\.\\d %  Former width=0  .*"), told::toString);
        assertTrue(told.stream().allMatch(line -> line.length() <= 80), told::toString);
    }

    @Test
    void indexIsACache() throws IOException {
        makeRuns(3, 2);
        Reading first = read();
        Path index = folder.resolve(".history-index.gz");
        for (String damage : List.of("", "no gzip", "cut")) {
            byte[] whole = Files.readAllBytes(index);
            Files.write(
                    index, damage.equals("cut") ? Arrays.copyOf(whole, 50) : damage.getBytes(StandardCharsets.UTF_8));
            assertEquals(first, read());
        }
        Files.delete(index);
        assertEquals(first, read());
        Files.writeString(folder.resolve("run00001/jmh.json"), "[" + result(7, 1, new Random(2)) + "]");
        assertEquals("Former width=7", read().entries().get(1).points().get(0).row());
    }

    @Test
    void indexThatCannotBeWrittenIsTold() throws IOException {
        makeRuns(1, 1);
        Path index = Files.createDirectory(folder.resolve(".history-index.gz"));
        Files.writeString(index.resolve("in the way"), "");
        Reading reading = read();
        assertEquals(1, reading.entries().size());
        assertTrue(reading.complaints().get(0).contains("cannot be written"), reading.complaints()::toString);
        assertEquals(
                1,
                Files.list(folder.resolve("run00000"))
                        .filter(f -> f.endsWith("jmh.json"))
                        .count());
    }

    @Test
    void damagedRunsAreLeftOutAndClocksThatGoBackAreTold() throws IOException {
        makeRuns(3, 1);
        Files.writeString(folder.resolve("run00001/jmh.json"), "[{\"benchmark");
        Reading reading = read();
        assertEquals(2, reading.entries().size());
        assertTrue(reading.complaints().get(0).contains("run00001 is left out"), reading.complaints()::toString);
        Path machine = folder.resolve("run00002/machine.json");
        Files.writeString(
                machine,
                Files.readString(machine)
                        .replaceFirst("\"capturedAt\":\"[^\"]*\"", "\"capturedAt\":\"2999-01-01T00:00:00Z\""));
        Files.setLastModifiedTime(
                machine, FileTime.from(Instant.now().plusSeconds(9))); // file systems count in milliseconds
        assertTrue(read().entries().get(1).clock().contains("the clock was set back"));
    }
}
