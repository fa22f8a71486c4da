package org.convmark.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.io.Json;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Caches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;

class ForkContractTest {
    /** Every character, and those that JMH's JSON writer changes behind an ampersand. */
    private static final String NASTY =
            IntStream.range(1, 0x180).mapToObj(Character::toString).collect(Collectors.joining())
                    + "&=&-&:&/&'&(&)&&\\\"\\&";

    static Stream<ForkContract> contracts() {
        Overrides all = new Overrides(256, new ScheduleOverride(4, 64));
        return Stream.of(
                ForkContract.USUAL,
                new ForkContract(List.of(), null, EngineId.parse("plain Java loops"), null, null, 5, null, null, null),
                new ForkContract(
                        List.of("-Xmx1g"),
                        all,
                        EngineId.parse("x"),
                        "GPU",
                        new Caches(1 << 15, 1 << 20, 1 << 25),
                        9,
                        256,
                        new ProgramDump("folder", "row"),
                        new TimedKernelsFile("file", "row")),
                new ForkContract(
                        List.of(NASTY, "-Dx=" + NASTY),
                        all,
                        EngineId.parse(NASTY),
                        NASTY,
                        Caches.TYPICAL,
                        1,
                        512,
                        new ProgramDump(NASTY, NASTY),
                        new TimedKernelsFile(NASTY, NASTY)));
    }

    /** Through the file that JMH writes: what it knows of the fork's arguments in any other way may be altered. */
    @ParameterizedTest
    @MethodSource("contracts")
    void survivesJmhsResults(ForkContract contract) throws IOException {
        List<String> written = new ArrayList<>(ForkArguments.ALL);
        written.addAll(contract.properties());
        JsonNode result = new ObjectMapper().readTree(json(written)).get(0);
        List<String> read = new ArrayList<>();
        result.path("jvmArgs").forEach(argument -> read.add(argument.textValue()));
        assertEquals(Optional.of(contract), ForkContract.among(read));
        JvmSetup setup = JvmSetup.ofFork("17", "VM", "/java", read);
        assertEquals(contract.overrides(), setup.overrides());
        assertEquals(contract.arguments() == null ? List.of() : contract.arguments(), setup.arguments());
    }

    private static String json(List<String> jvmArgs) {
        IterationParams once = new IterationParams(IterationType.MEASUREMENT, 1, TimeValue.NONE, 1);
        BenchmarkParams params = new BenchmarkParams(
                "benchmark",
                "run",
                false,
                1,
                new int[] {1},
                List.of(),
                1,
                0,
                once,
                once,
                Mode.AverageTime,
                new WorkloadParams(),
                TimeUnit.SECONDS,
                1,
                "java",
                jvmArgs,
                "17",
                "VM",
                "17",
                "1.37",
                TimeValue.NONE);
        IterationResult iteration = new IterationResult(params, once, null);
        iteration.addResult(new AverageTimeResult(ResultRole.PRIMARY, "run", 1, 1000, TimeUnit.SECONDS));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        ResultFormatFactory.getInstance(ResultFormatType.JSON, out)
                .writeOut(List.of(new RunResult(params, List.of(new BenchmarkResult(params, List.of(iteration))))));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A row that an older program measured is told apart as if this one had. */
    @Test
    void olderProgramIsToldTheSame() {
        Overrides chosen = new Overrides(512, new ScheduleOverride(4, 64));
        List<String> user = List.of("-Xmx1g", "-XX:UseAVX=2");
        ForkContract contract =
                new ForkContract(user, chosen, EngineId.parse("x"), "GPU", Caches.TYPICAL, 9, 256, null, null);
        List<String> told = new ArrayList<>(user);
        told.addAll(contract.formerProperties());
        assertEquals(new JvmSetup("17", "VM", "/java", user, chosen), JvmSetup.ofFork("17", "VM", "/java", told));
        assertTrue(
                told.containsAll(List.of(
                        "-Dconvmark.expect=x", "-Dconvmark.device=GPU", "-Dconvmark.caches=32768,524288,16777216")),
                told::toString);
    }

    @Test
    void jvmOfPlainJmhMeasuresWithWhatIsUsual() {
        assertEquals(ForkContract.USUAL, ForkContract.current());
        assertEquals(Optional.empty(), ForkContract.among(List.of("-Xmx1g")));
        List<String> byHand = List.of("-Xmx1g", "-Dconvmark.fork={caches:{l1:32768,l2:524288,l3:33554432}}");
        ForkContract contract = ForkContract.among(byHand).orElseThrow();
        assertEquals(new Caches(32768, 524288, 33554432), contract.caches());
        assertEquals(ForkContract.USUAL.warmUpMillis(), contract.warmUpMillis());
        assertEquals(
                List.of("-Xmx1g"), JvmSetup.ofFork("17", "VM", "/java", byHand).arguments());
    }

    /** Texts as engines write them, and others: each is read back as it was. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain Java loops",
                "Vector API, Species[float, 8, S_256_BIT], C1 compiles no tiles",
                "NVIDIA H200 (NVIDIA CUDA, driver 3.1, GPU kernels)",
                "cpu (R), x (PoCL (a, b), driver 3.1, CPU kernels, not to be split: always all 2 compute units)",
                "oneDNN 3.6, OpenMP",
                "x (",
                ") (,",
                ", , (), )",
                " ()",
                ""
            })
    void engineIsItsText(String text) throws IOException {
        EngineId engine = EngineId.parse(text);
        assertEquals(text, engine.toString());
        String json = Json.MAPPER.writeValueAsString(engine);
        assertEquals(Json.MAPPER.writeValueAsString(text), json);
        assertEquals(engine, Json.MAPPER.readValue(json, EngineId.class));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Vector API, Species[float, 8, S_256_BIT], x | Vector API, Species[float, 16, S_512_BIT], x | Vector API with Species[float, 8, S_256_BIT] | Vector API with Species[float, 16, S_512_BIT]
        Radeon (navi, x) (Mesa, driver 1)           | Radeon (navi, x) (Mesa, driver 2)            | Radeon (navi, x) with driver 1              | Radeon (navi, x) with driver 2
        GPU (CUDA, driver 3.1, GPU kernels)         | GPU (CUDA, driver 4.0, GPU kernels)          | GPU with driver 3.1                         | GPU with driver 4.0
        oneDNN 3.6, OpenMP                          | oneDNN 3.6                                   | oneDNN 3.6 with OpenMP                      | oneDNN 3.6 without OpenMP
        oneDNN 3.6, OpenMP                          | oneDNN 3.7, OpenMP                           | "oneDNN 3.6, OpenMP"                        | "oneDNN 3.7, OpenMP"
        a, b, c                                     | a, c, b                                      | "a, b, c"                                   | "a, c, b"
        """)
    void onlyWhatDiffersIsSaid(String one, String other, String ofOne, String ofOther) {
        assertEquals(ofOne, EngineId.parse(one).unlike(EngineId.parse(other)));
        assertEquals(ofOther, EngineId.parse(other).unlike(EngineId.parse(one)));
    }

    /** Seen by a class loader of its own, in which nothing has asked for the contract yet. */
    @Test
    void propertyIsReadOnce() throws Exception {
        URL[] classes = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(ForkContractTest::url)
                .toArray(URL[]::new);
        System.setProperty(ForkContract.PROPERTY, "{warmUpMillis:7}");
        try (URLClassLoader fresh = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            Method current = fresh.loadClass(ForkContract.class.getName()).getMethod("current");
            Object contract = current.invoke(null);
            assertTrue(contract.toString().contains("warmUpMillis=7,"), contract::toString);
            System.setProperty(ForkContract.PROPERTY, "{warmUpMillis:8}");
            assertSame(contract, current.invoke(null));
        } finally {
            System.clearProperty(ForkContract.PROPERTY);
        }
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{",
                "{cache:1}",
                "{vectorBits:many}",
                "{overrides:{vectorBits:300}}",
                "{caches:{l1:9}}"
            })
    void otherTextIsRefusedInOneSentence(String text) {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> ForkContract.among(List.of("-Dconvmark.fork=" + text)))
                .getMessage();
        assertTrue(message.startsWith("convmark.fork is " + text + ", which"), message);
    }
}
