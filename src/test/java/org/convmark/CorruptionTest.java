package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.cli.ExitCode;
import org.convmark.io.Folders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Run folders whose files were cut, mixed up or edited: every command answers, or says in one sentence what is wrong, and changes none of
 * them. {@code -Dconvmark.corruptions=10000} takes that many.
 */
class CorruptionTest {
    private static final Path SOUND = Path.of("src/test/resources/org/convmark/cases/gate-with-lost-rows");
    private static final int MUTATIONS = Integer.getInteger("convmark.corruptions", 150);
    private static final List<String> WORDS = List.of(
            "null",
            "-1",
            "NaN",
            "1e400",
            "\"\"",
            "[]",
            "{}",
            "true",
            "\"org.convmark.bench.pattern.PlainBenchmark.run\"",
            "0");

    @TempDir
    Path folder;

    @Test
    void everyCommandAnswersOrRefusesInOneSentence() throws IOException {
        long seed = System.currentTimeMillis();
        List<String> wrong = new ArrayList<>();
        List<String> sound = rows(SOUND.resolve("candidate"));
        assertEquals(2, sound.size());
        for (int i = 0; i < MUTATIONS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            Path run = folder.resolve("runs/run");
            Cases.copy("gate-with-lost-rows/candidate", run);
            Path changed = mutate(run, random);
            Map<Path, byte[]> before = contents(run);
            for (String command : List.of(
                    "report " + run,
                    "compare " + SOUND.resolve("base") + " " + run,
                    "history " + folder.resolve("runs"),
                    "export --format bmf " + run,
                    "export --format otava " + run,
                    "run --dry-run --resume " + run)) {
                String complaint = complaint(Outcome.of(command.split(" ")));
                if (complaint != null) {
                    wrong.add("seed " + (seed + i) + ", " + command + ": " + complaint);
                }
            }
            List<String> rows = rows(run);
            rows.removeAll(sound);
            if (rows.size() > (changed.endsWith("jmh.json") ? 1 : 0)) {
                wrong.add("seed " + (seed + i) + ", " + changed + " changed rows: " + rows);
            }
            before.forEach((file, bytes) -> {
                try {
                    if (!Arrays.equals(bytes, Files.readAllBytes(file))) {
                        wrong.add(file + " was written over");
                    }
                } catch (IOException e) {
                    wrong.add(e.toString());
                }
            });
            Folders.delete(folder.resolve("runs"));
        }
        List<String> kinds = wrong.stream()
                .map(text -> text.replaceAll("^seed \\d+, \\S+ \\S+: ?", ""))
                .distinct()
                .limit(5)
                .toList();
        assertEquals(
                List.of(),
                kinds,
                wrong.size() + " answers are wrong, such as " + wrong.stream().findFirst());
    }

    /** Benchmark, parameters and time of what is exported of a run; its JVMs may be known less well. */
    private static List<String> rows(Path run) throws IOException {
        Outcome answer = Outcome.of(("export --format bmf " + run).split(" "));
        List<String> rows = new ArrayList<>();
        new ObjectMapper().readTree(answer.out()).fields().forEachRemaining(row -> {
            double nanos = row.getValue().at("/latency/value").asDouble();
            assertTrue(nanos > 0 && nanos < Double.POSITIVE_INFINITY, answer::out);
            rows.add(row.getKey().replaceFirst("@.*", " ") + nanos);
        });
        return rows;
    }

    /** What is wrong with an answer, or null. */
    private static String complaint(Outcome answer) {
        String said = answer.err();
        if (said.contains("defect of Convmark") || said.contains("Exception")) {
            return said.lines().limit(8).toList().toString();
        }
        boolean refuses = answer.exitCode() == ExitCode.ERROR;
        if (refuses && (said.isBlank() || said.strip().lines().count() > 3)) {
            return "refused with " + said;
        }
        return null;
    }

    /** Bytes lost, bytes changed, or a value replaced, in one of the files, which is returned. */
    private static Path mutate(Path run, SplittableRandom random) throws IOException {
        List<Path> files = new ArrayList<>(contents(run).keySet());
        files.sort(null);
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            case 2 -> {
                int from = random.nextInt(bytes.length);
                int to = Math.min(bytes.length, from + random.nextInt(200));
                byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
                System.arraycopy(bytes, to, rest, from, bytes.length - to);
                bytes = rest;
            }
            default ->
                bytes = replaced(new String(bytes, StandardCharsets.UTF_8), random)
                        .getBytes(StandardCharsets.UTF_8);
        }
        Files.write(file, bytes);
        return file;
    }

    /** One value of a JSON text by another. */
    private static String replaced(String text, SplittableRandom random) {
        List<int[]> values = Pattern.compile(":\\s*(\"[^\"]*\"|-?[0-9.]+(E-?\\d+)?|true|false|null)")
                .matcher(text)
                .results()
                .map(match -> new int[] {match.start(1), match.end(1)})
                .toList();
        if (values.isEmpty()) {
            return text;
        }
        int[] value = values.get(random.nextInt(values.size()));
        return text.substring(0, value[0]) + WORDS.get(random.nextInt(WORDS.size())) + text.substring(value[1]);
    }

    private static Map<Path, byte[]> contents(Path run) throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                contents.put(file, Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
