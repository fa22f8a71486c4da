package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.convmark.model.Case;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.results.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A case is the same after it was written and read, and what was written by older versions reads as it was. */
class CaseTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Parameters that older versions lack, and the value that was in force then. */
    private static final Map<String, String> LATER = Map.of("algorithm", "AUTO", "axis", "NONE", "operands", "FP32");

    private static final String PLAIN = "org.convmark.bench.pattern.PlainBenchmark";

    @ParameterizedTest
    @EnumSource
    void everyRowOfAProfileReadsAsItWasWritten(Profile profile) throws IOException {
        Plan plan = Selection.of(profile, new Parameters(List.of()), Target.peers())
                .plan(Here.with(Here.jvm("21", EnumSet.allOf(Target.class))), profile.effort());
        Set<String> ids = new HashSet<>();
        Set<String> titles = new HashSet<>();
        for (Row row : plan.rows()) {
            Case one = row.what();
            assertEquals(one, Case.of(one.benchmark(), one.params()));
            assertEquals(row, JSON.readValue(JSON.writeValueAsString(row), Row.class));
            assertTrue(ids.add(one.id()) && titles.add(one.title()), one::title);
        }
        assertFalse(ids.isEmpty());
    }

    /** Runs that are kept with the source, of all versions. */
    static Stream<Path> files() throws IOException {
        Stream<Path> all = Stream.of("benchmarks-results", "src/test/resources")
                .map(Path::of)
                .filter(Files::isDirectory)
                .flatMap(CaseTest::walk);
        return all.filter(file -> file.endsWith("jmh.json"));
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyResultThatIsKeptReadsAsItWasWritten(Path file) throws IOException {
        for (JsonNode result : JSON.readTree(file.toFile())) {
            String method = result.get("benchmark").asText();
            if (method.startsWith("org.convmark.")) {
                SortedMap<String, String> written = new TreeMap<>(
                        JSON.convertValue(result.get("params"), new TypeReference<Map<String, String>>() {}));
                Case one = Case.of(method.substring(0, method.lastIndexOf('.')), written);
                SortedMap<String, String> read = new TreeMap<>(one.params());
                LATER.forEach((name, usual) -> {
                    if (!written.containsKey(name)) {
                        assertEquals(usual, read.getOrDefault(name, usual));
                        read.remove(name);
                    }
                });
                assertEquals(written, read);
                assertEquals(Case.label(one.benchmark(), written), one.label());
            }
        }
    }

    @Test
    void textFormsAreWhatTheyHaveAlwaysBeen() {
        Map<String, String> params = new TreeMap<>(
                Map.of("depth", "2", "width", "32", "image", "56", "batch", "1", "target", "VECTOR", "fusion", "NONE"));
        params.put("workers", "0");
        Case auto = Case.of(PLAIN, params);
        assertEquals("Plain batch=1 depth=2 fusion=NONE image=56 target=VECTOR width=32 workers=0", auto.title());
        assertEquals("PlainBenchmark.batch=1,depth=2,fusion=NONE,image=56,target=VECTOR,width=32,workers=0", auto.id());
        params.put("algorithm", "WINOGRAD_4");
        params.put("axis", "KEPT@0.50");
        assertTrue(Case.of(PLAIN, params).title().startsWith("Plain algorithm=WINOGRAD_4 axis=KEPT@0.5 batch=1 "));
        Case roof = Case.of(
                "org.convmark.bench.roof.MemoryRoofBenchmark",
                Map.of("loop", "TRIAD", "bytes", "16384", "target", "OPENCL", "workers", "1"));
        assertEquals("MemoryRoof bytes=16384 loop=TRIAD target=OPENCL workers=1", roof.title());
    }

    @ParameterizedTest
    @CsvSource({
        "width=x, width=x is not a whole number",
        "width=, it has no width",
        "width=9999999999, width=9999999999 is too large",
        "'fusion=WARP', 'there is no fusion WARP, only NONE, EPILOGUE, BLOCK'",
        "precision=fp16, there is no parameter precision (fp16) here",
        "loop=READ, there is no parameter loop (READ) here"
    })
    void whatIsNoCaseIsRefusedInOneSentence(String setting, String expected) {
        Map<String, String> params = new TreeMap<>();
        for (Parameter extent : List.of(Parameter.DEPTH, Parameter.WIDTH, Parameter.IMAGE, Parameter.BATCH)) {
            params.put(extent.key(), "8");
        }
        params.putAll(Map.of("target", "SCALAR", "fusion", "NONE", "workers", "1"));
        String[] parts = setting.split("=", -1);
        if (parts[1].isEmpty()) {
            params.remove(parts[0]);
        } else {
            params.put(parts[0], parts[1]);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> Case.of(PLAIN, params))
                .getMessage();
        assertEquals(expected, message);
    }
}
