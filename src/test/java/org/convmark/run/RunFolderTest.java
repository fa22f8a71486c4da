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
import java.util.Set;
import org.convmark.model.Target;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that was measured is lost, whatever happens. */
class RunFolderTest {
    private static final Circumstances HERE = Here.with(Here.jvm("21", Target.own()));

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
        folder.store(plan.rows().get(0), "[\n{\"score\" : \"[NaN]\"}\n]\n");
        folder.store(plan.rows().get(2), "[{\"score\" : 1.50}]");
        folder.store(new Failure(plan.rows().get(1), "broken", "trace"));
        assertEquals(plan.rows().size() - 2, folder.missing(plan).size());
        assertFalse(folder.missing(plan).contains(plan.rows().get(0)));
        assertTrue(folder.missing(plan).contains(plan.rows().get(1)));
        folder.collect(plan);
        assertEquals("[\n{\"score\" : \"[NaN]\"},\n{\"score\" : 1.50}\n]\n", Files.readString(folder.results()));
    }

    @Test
    void failureIsForgottenWhenTheRowIsMeasured() throws IOException {
        Row row = plan.rows().get(0);
        folder.store(new Failure(row, "broken", "trace"));
        assertEquals(List.of(new Failure(row, "broken", "trace")), folder.failures(plan));
        folder.store(row, "[{}]");
        assertEquals(List.of(), folder.failures(plan));
    }

    @Test
    void damagedRowIsMeasuredAgain() throws IOException {
        Row row = plan.rows().get(0);
        folder.store(row, "[{\"score\" : 1");
        assertTrue(folder.missing(plan).contains(row));
        folder.collect(plan);
        JsonNode list = new ObjectMapper().readTree(folder.results().toFile());
        assertEquals(0, list.size());
    }

    @Test
    void halfWrittenFileIsNoRow() throws IOException {
        Row row = plan.rows().get(0);
        Files.writeString(folder.path().resolve("index").resolve(row.id() + ".json.tmp"), "[{}]");
        assertTrue(folder.missing(plan).contains(row));
    }

    @Test
    void existingFolderIsNeverOverwritten() {
        InputError e = assertThrows(InputError.class, () -> RunFolder.create(parent, "run"));
        assertTrue(e.getMessage().contains("exists already"), e::getMessage);
    }

    @Test
    void damagedPlanIsRefused() throws IOException {
        Path file = folder.path().resolve("index/plan.json");
        Files.writeString(file, Files.readString(file).substring(0, 500));
        InputError e = assertThrows(InputError.class, folder::plan);
        assertTrue(e.getMessage().contains("plan.json is damaged"), e::getMessage);
    }

    @Test
    void planOfAnotherVersionIsRefused() throws IOException {
        Path file = folder.path().resolve("index/plan.json");
        Files.writeString(file, Files.readString(file).replace("\"format\" : " + Plan.FORMAT, "\"format\" : 99"));
        InputError e = assertThrows(InputError.class, folder::plan);
        assertTrue(e.getMessage().contains("another version"), e::getMessage);
    }

    @Test
    void resumingNeedsTheSameBuildJvmAndDevice() {
        HERE.requireSameAs(plan);
        Circumstances otherJar = new Circumstances(HERE.machine(), HERE.configurations(), null, "other");
        assertRefused(otherJar, "another build");
        assertRefused(Here.with(Here.jvm("22", Target.own())), "was 21+1 when this run was begun and is 22+1 now");
        assertRefused(Here.with(Here.jvm("21", Target.SCALAR, Target.VECTOR)), "OPENCL ran on \"OPENCL here\"");
    }

    private void assertRefused(Circumstances here, String expected) {
        InputError e = assertThrows(InputError.class, () -> here.requireSameAs(plan));
        assertTrue(e.getMessage().contains(expected), e::getMessage);
    }
}
