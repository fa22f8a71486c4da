package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.convmark.io.Folders;
import org.convmark.io.InputError;
import org.convmark.machine.Fact;
import org.convmark.machine.Machine;
import org.convmark.machine.VariableFamily;
import org.convmark.model.Target;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.convmark.results.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing that was measured is lost, whatever happens. */
class RunFolderTest {
    private static final Host HERE = Here.with(Here.jvm("21", Target.own()));

    @TempDir
    private Path parent;

    private RunFolder folder;
    private Plan plan;

    @BeforeEach
    void begin() throws IOException {
        folder = RunFolder.create(parent, "run");
        plan = Selection.of(Profile.SMOKE, "\\.Plain", new Parameters(List.of()), Set.of())
                .plan(HERE, Profile.SMOKE.effort());
        folder.store(plan);
    }

    @Test
    void planIsReadAsItWasWritten() {
        assertEquals(plan, folder.plan());
    }

    @Test
    void halfOfARunIsKept() throws IOException {
        String first = result(plan.rows().get(0), "\"[NaN]\"");
        String third = result(plan.rows().get(2), "1.50");
        folder.store(plan.rows().get(0), "[\n" + first + "\n]\n");
        folder.store(plan.rows().get(2), "[" + third + "]");
        folder.store(new Failure(plan.rows().get(1), "broken", "trace"));
        assertEquals(plan.rows().size() - 2, folder.missing(plan).size());
        assertFalse(folder.missing(plan).contains(plan.rows().get(0)));
        assertTrue(folder.missing(plan).contains(plan.rows().get(1)));
        folder.collect(plan);
        assertEquals("[\n" + first + ",\n" + third + "\n]\n", Files.readString(folder.results()));
    }

    /** As JMH writes it, in short. */
    private static String result(Row row, String score) throws IOException {
        return "{\"benchmark\" : \"" + row.subject().benchmark() + ".run\", \"params\" : "
                + new ObjectMapper().writeValueAsString(row.subject().params()) + ", \"score\" : " + score + "}";
    }

    @Test
    void failureIsForgottenWhenTheRowIsMeasured() throws IOException {
        Row row = plan.rows().get(0);
        folder.store(new Failure(row, "broken", "trace"));
        assertEquals(List.of(new Failure(row, "broken", "trace")), folder.failures());
        folder.store(row, "[" + result(row, "1") + "]");
        assertEquals(List.of(), folder.failures());
    }

    @Test
    void damagedRowIsMeasuredAgain() throws IOException {
        Row row = plan.rows().get(0);
        String another = result(plan.rows().get(1), "1");
        Path kept = folder.path().resolve("index").resolve(row.id() + ".json");
        for (String record : List.of("[{\"score\" : 1", "[{}]", "[null]", "[" + another + "]")) {
            Files.writeString(kept, record);
            assertTrue(folder.missing(plan).contains(row), record);
            folder.collect(plan);
            JsonNode list = new ObjectMapper().readTree(folder.results().toFile());
            assertEquals(0, list.size(), record);
        }
    }

    /** JMH's JSON writer damages some texts, such as a name with a comma. */
    @Test
    void resultThatCannotBeReadIsAFailure() throws IOException {
        Row row = plan.rows().get(0);
        String unreadable = "[{\"a,\n b\" : 1}]";
        folder.store(row, unreadable);
        assertEquals(
                List.of(new Failure(row, "it was measured, but what JMH wrote of it cannot be read again", unreadable)),
                folder.failures());
        assertTrue(folder.missing(plan).contains(row));
    }

    @Test
    void halfWrittenFileIsNoRow() throws IOException {
        Row row = plan.rows().get(0);
        Files.writeString(folder.path().resolve("index").resolve(row.id() + ".json.tmp"), "[{}]");
        assertTrue(folder.missing(plan).contains(row));
    }

    @Test
    void rowsOfACompleteRunAreInItsResultsOnly() throws IOException {
        for (Row row : plan.rows()) {
            folder.collect(plan);
            assertTrue(Files.isDirectory(folder.path().resolve("index")));
            folder.store(row, "[" + result(row, "1") + "]");
        }
        folder.collect(plan);
        assertFalse(Files.exists(folder.path().resolve("index")));
        String results = Files.readString(folder.results());
        RunFolder again = RunFolder.open(folder.path());
        assertEquals(List.of(), again.missing(plan));
        again.collect(plan);
        assertEquals(results, Files.readString(folder.results()));
    }

    @Test
    void failedRowsAreKeptWithoutTheIndex() throws IOException {
        Failure failure = new Failure(plan.rows().get(0), "broken", "trace");
        folder.store(failure);
        folder.store(new Failure(plan.rows().get(1), "slow", ""));
        folder.store(plan.rows().get(1), "[" + result(plan.rows().get(1), "1") + "]");
        folder.collect(plan);
        Here.CAPTURE.write(folder.machine());
        Folders.delete(folder.path().resolve("index"));
        assertEquals(List.of(failure), folder.failures());
        Files.writeString(folder.results(), "[]");
        assertEquals("broken", Run.read(folder.path()).failures().get(0).error());
        InputError e = assertThrows(InputError.class, () -> RunFolder.open(folder.path()));
        assertTrue(e.getMessage().contains("index/, which keeps each row"), e::getMessage);
    }

    @Test
    void existingFolderIsNeverOverwritten() {
        InputError e = assertThrows(InputError.class, () -> RunFolder.create(parent, "run"));
        assertTrue(e.getMessage().contains("exists already"), e::getMessage);
    }

    @Test
    void damagedPlanIsRefused() throws IOException {
        Path file = folder.path().resolve("plan.json");
        Files.writeString(file, Files.readString(file).substring(0, 500));
        InputError e = assertThrows(InputError.class, folder::plan);
        assertTrue(e.getMessage().contains("plan.json is damaged"), e::getMessage);
        Files.writeString(file, "null");
        InputError nothing = assertThrows(InputError.class, folder::plan);
        assertTrue(nothing.getMessage().contains("plan.json is damaged (it holds null"), nothing::getMessage);
    }

    /** Any value replaced by any other: a plan is refused in one sentence, or one can go on with it. */
    @Test
    void planWithAValueReplacedIsRefusedOrSound() throws IOException {
        Path file = folder.path().resolve("plan.json");
        String text = Files.readString(file);
        List<MatchResult> values = Pattern.compile(": (\"[^\"]*\"|[0-9]+|\\[ \\]|\\{)")
                .matcher(text)
                .results()
                .toList();
        assertTrue(values.size() > 50);
        int refused = 0;
        for (MatchResult value : values) {
            for (String other :
                    List.of("null", "-1", "0", "7", "1e99", "\"\"", "\"x\"", "[ ]", "[ null ]", "{ }", "true")) {
                Files.writeString(file, text.substring(0, value.start(1)) + other + text.substring(value.end(1)));
                try {
                    goOn(folder.plan());
                } catch (InputError e) {
                    refused++;
                    assertEquals(1, e.getMessage().lines().count(), e::getMessage);
                }
            }
        }
        assertTrue(refused > values.size(), refused + " of " + values.size());
    }

    private void goOn(Plan read) {
        HERE.requireSameAs(read, HERE.machine());
        folder.failures();
        List<Row> missing = folder.missing(read);
        assertFalse(read.estimate(missing).isNegative());
        assertTrue(Plan.workers(missing) > 0);
        missing.forEach(row -> assertTrue(read.command(row).contains(row.what().simpleName())));
    }

    @Test
    void planOfAnotherVersionIsRefused() throws IOException {
        Path file = folder.path().resolve("plan.json");
        Files.writeString(file, Files.readString(file).replace("\"format\" : " + Plan.FORMAT, "\"format\" : 99"));
        InputError e = assertThrows(InputError.class, folder::plan);
        assertTrue(e.getMessage().contains("another version"), e::getMessage);
    }

    @Test
    void resumingNeedsTheSameBuildMachineJvmAndDevice() {
        HERE.requireSameAs(plan, HERE.machine());
        Host otherJar = new Host(HERE.machine(), HERE.probes(), null, "other");
        assertRefused(otherJar, "another build");
        assertRefused(
                here("other", HERE.machine().variables()),
                "begun on the machine " + HERE.machine().id() + ", and this one is other");
        assertRefused(Here.with(Here.jvm("22", Target.own())), "was 21+1 when this run was begun and is 22+1 now");
        assertRefused(Here.with(Here.jvm("21", Target.SCALAR, Target.VECTOR)), "OPENCL ran on \"OPENCL here\"");
    }

    /** A run that was measured with other variables than those of each family that are set here. */
    @ParameterizedTest
    @EnumSource(VariableFamily.class)
    void resumingNeedsTheSameVariables(VariableFamily family) {
        String name = family.patterns().get(0).replace("*", "X");
        Fact<Map<String, String>> one = Fact.of(Map.of(name, "1"), "environment");
        Fact<Map<String, String>> two = Fact.of(Map.of(name, "2"), "environment");
        Fact<Map<String, String>> none = Fact.of(Map.of(), "environment");
        Fact<Map<String, String>> unknown = Fact.missing("an earlier version");
        assertRefused(here(two), here(one).machine(), name + " was \"1\" when this run was begun and is \"2\" now");
        assertRefused(here(none), here(one).machine(), name + " was \"1\" when this run was begun and is not set now");
        assertRefused(here(one), here(none).machine(), name + " was not set when this run was begun and is \"1\" now");
        here(one).requireSameAs(plan, here(one).machine());
        here(one).requireSameAs(plan, here(unknown).machine());
    }

    private static Host here(Fact<Map<String, String>> variables) {
        return here(HERE.machine().id(), variables);
    }

    private static Host here(String machine, Fact<Map<String, String>> variables) {
        Machine m = HERE.machine();
        return new Host(
                new Machine(
                        machine,
                        m.capturedAt(),
                        m.cpu(),
                        m.caches(),
                        m.memory(),
                        m.os(),
                        m.limits(),
                        m.temperatures(),
                        m.graphicsCards(),
                        variables,
                        m.checkout()),
                HERE.probes(),
                null,
                "jar");
    }

    private void assertRefused(Host here, String expected) {
        assertRefused(here, HERE.machine(), expected);
    }

    private void assertRefused(Host here, Machine begun, String expected) {
        InputError e = assertThrows(InputError.class, () -> here.requireSameAs(plan, begun));
        assertTrue(e.getMessage().contains(expected), e::getMessage);
    }
}
