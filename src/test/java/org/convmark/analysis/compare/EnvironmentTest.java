package org.convmark.analysis.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.convmark.machine.Capture;
import org.convmark.machine.Fact;
import org.convmark.machine.Machine;
import org.convmark.machine.VariableFamily;
import org.convmark.report.TextWriter;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Variables of the environment, on one side of a comparison. */
class EnvironmentTest {
    private static final Run OLD = new SyntheticRun(1).rows(1, 5, 1).run();

    private static Run with(Map<String, String> variables) {
        Machine old = OLD.machine().before();
        Machine machine = new Machine(
                old.id(),
                old.capturedAt(),
                old.cpu(),
                old.caches(),
                old.memory(),
                old.os(),
                old.limits(),
                old.temperatures(),
                old.graphicsCards(),
                Fact.of(variables, "environment"),
                old.checkout());
        Capture capture = new Capture(machine, null, OLD.machine().jvms());
        return new Run(OLD.folder(), capture, OLD.plan(), OLD.measurements(), OLD.failures());
    }

    private static String text(Run base, Run candidate) {
        Set<Subject> subjects = Set.of(Subject.COMMIT);
        return new TextWriter()
                .text(ComparisonDocument.of(Comparison.of(
                        RunGroup.of(List.of(base), subjects),
                        RunGroup.of(List.of(candidate), subjects),
                        subjects,
                        Criteria.USUAL)));
    }

    @ParameterizedTest
    @EnumSource(VariableFamily.class)
    void variableOfOneSideIsNamed(VariableFamily family) {
        String name = family.patterns().get(0).replace("*", "X");
        String sentence = "They differ in variables of " + family.reader() + ".";
        Run set = with(Map.of(name, "1"));
        for (Run other : List.of(with(Map.of()), with(Map.of(name, "2")))) {
            for (String text : List.of(text(set, other), text(other, set))) {
                assertTrue(text.contains(sentence) && text.contains(name + "=1"), text);
            }
        }
        assertTrue(text(set, set).contains("Nothing is known that differs."));
    }

    @Test
    void runOfAVersionThatDidNotLookDiffersInNone() {
        assertEquals(
                "not recorded by the version that wrote the file",
                OLD.machine().before().variables().missing());
        assertTrue(text(OLD, with(Map.of("OMP_NUM_THREADS", "1"))).contains("Nothing is known that differs."));
    }
}
