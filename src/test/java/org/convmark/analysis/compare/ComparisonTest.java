package org.convmark.analysis.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.convmark.analysis.statistics.FalseDiscoveries;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.TextWriter;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;

/** Verdicts on two runs, and what is refused. */
class ComparisonTest {
    private static final JvmSetup OTHER = new JvmSetup("99", "Other VM", "/jvm/99");

    private static final JvmSetup FLAGGED = new JvmSetup(
            SyntheticRun.JVM.version(),
            SyntheticRun.JVM.name(),
            SyntheticRun.JVM.path(),
            List.of("-XX:UseAVX=1"),
            Overrides.NONE);

    private static Comparison compare(Run base, Run candidate, Subject... subjects) {
        Set<Subject> chosen = Set.of(subjects);
        return Comparison.of(
                RunGroup.of(List.of(base), chosen), RunGroup.of(List.of(candidate), chosen), chosen, Criteria.USUAL);
    }

    private static SyntheticRun forks(int width, List<List<Double>> samples) {
        return new SyntheticRun(0).add(width, SyntheticRun.JVM, "avgt", samples);
    }

    @Test
    void everyVerdictOnce() {
        Run base = new SyntheticRun(1).rows(3, 8, 1.0).run();
        Run candidate = new SyntheticRun(2)
                .rows(1, 8, 1.10)
                .rows(1, 8, 0.90)
                .rows(1, 8, 1.0)
                .rows(1, 8, 1.0)
                .run();
        Comparison comparison = compare(base, candidate);
        assertEquals(
                List.of(Verdict.SLOWER, Verdict.FASTER, Verdict.NO_CHANGE),
                comparison.rows().stream().map(ComparedRow::verdict).toList());
        assertEquals(1, comparison.gained().size());
        assertEquals(0, comparison.lost().size());
        assertEquals(1.0, comparison.mean().ratio(), 0.02);
        assertTrue(comparison.mean().interval().holds(Math.cbrt(0.99)));
    }

    @Test
    void fastestPassesTellWhatMediansCannot() {
        SyntheticRun base = new SyntheticRun(1);
        SyntheticRun candidate = new SyntheticRun(2);
        for (int width = 1; width <= 9; width++) {
            base.disturbed(width, 6, 1.0);
            candidate.disturbed(width, 6, width == 5 ? 1.1 : 1.0);
        }
        assertEquals(0, compare(base.run(), candidate.run()).of(Verdict.SLOWER).size());
        Comparison least = compare(
                base.run().byFastestPass().orElseThrow(),
                candidate.run().byFastestPass().orElseThrow());
        assertEquals(
                List.of("5"),
                least.of(Verdict.SLOWER).stream()
                        .map(row -> row.key().row().settings().get("width"))
                        .toList());
        assertTrue(new SyntheticRun(3)
                .rows(1, 4, 1)
                .disturbed(2, 4, 1)
                .run()
                .byFastestPass()
                .isEmpty());
    }

    @Test
    void forksOfSeveralRunsAreTakenTogether() {
        List<Run> bases = List.of(
                new SyntheticRun(1).rows(1, 3, 1).run(),
                new SyntheticRun(2).rows(1, 3, 1).run());
        List<Run> candidates = List.of(
                new SyntheticRun(3).rows(1, 3, 2).run(),
                new SyntheticRun(4).rows(1, 3, 2).run());
        Set<Subject> subjects = Set.of(Subject.COMMIT);
        Comparison comparison = Comparison.of(
                RunGroup.of(bases, subjects), RunGroup.of(candidates, subjects), subjects, Criteria.USUAL);
        assertEquals(Verdict.SLOWER, comparison.rows().get(0).verdict());
        assertEquals(6, comparison.rows().get(0).evidence().forks());
    }

    @Test
    void tooFewForksAreInconclusiveWhateverTheyShow() {
        for (int forks = 1; forks < TestResult.FEWEST_FORKS; forks++) {
            ComparedRow row = compare(
                            new SyntheticRun(1).rows(1, forks, 1).run(),
                            new SyntheticRun(2).rows(1, forks, 3).run())
                    .rows()
                    .get(0);
            assertEquals(Verdict.INCONCLUSIVE, row.verdict(), forks + " forks");
            assertTrue(row.remedy().matches("about [45] forks a side"), row.remedy());
        }
    }

    @Test
    void oneIterationAndNoVarianceAtAllAreCompared() {
        List<List<Double>> same = Collections.nCopies(5, List.of(1.0));
        List<List<Double>> slow = Collections.nCopies(5, List.of(1.2));
        assertEquals(
                Verdict.SLOWER,
                compare(forks(1, same).run(), forks(1, slow).run())
                        .rows()
                        .get(0)
                        .verdict());
        assertEquals(
                Verdict.NO_CHANGE,
                compare(forks(1, same).run(), forks(1, same).run())
                        .rows()
                        .get(0)
                        .verdict());
    }

    @Test
    void sameInputsGiveTheSameText() {
        Run base = new SyntheticRun(1).rows(5, 5, 1).run();
        Run candidate = new SyntheticRun(2).rows(5, 5, 1.04).run();
        String text = new MarkdownWriter().text(ComparisonDocument.of(compare(base, candidate)));
        assertEquals(text, new MarkdownWriter().text(ComparisonDocument.of(compare(base, candidate))));
        assertTrue(text.contains("5 rows: "), text);
        assertTrue(new TextWriter()
                .text(ComparisonDocument.of(compare(base, candidate)))
                .contains("Nothing is known that differs."));
    }

    @Test
    void jsonNamesEveryRow() throws Exception {
        Comparison comparison = compare(
                new SyntheticRun(1).rows(2, 5, 1).run(),
                new SyntheticRun(2).rows(1, 1, 1).run());
        JsonNode json = new ObjectMapper().readTree(ComparisonJson.text(comparison));
        assertEquals("inconclusive", json.at("/rows/0/verdict").asText());
        assertTrue(json.at("/rows/0/low").isNull());
        assertEquals(5, json.at("/rows/0/baseForkSeconds").size());
        assertEquals("2", json.at("/onlyBase/0/params/width").asText());
        assertEquals(SyntheticRun.JVM.version(), json.at("/rows/0/jvm").asText());
    }

    /** A row of one name on two JVMs is two rows, which a reader must tell apart; one JVM is not worth a word. */
    @Test
    void rowsOfSeveralJvmsNameTheirs() {
        List<List<Double>> one = List.of(List.of(1.0));
        SyntheticRun both = forks(1, one).add(1, FLAGGED, "avgt", one);
        String text = new MarkdownWriter().text(ComparisonDocument.of(compare(both.run(), both.run())));
        assertTrue(text.contains("workers=1 on JVM " + SyntheticRun.JVM.label() + " "), text);
        assertTrue(text.contains("workers=1 on JVM " + FLAGGED.label() + " "), text);
        Run single = forks(1, one).run();
        assertFalse(new MarkdownWriter()
                .text(ComparisonDocument.of(compare(single, single)))
                .contains("workers=1 on JVM"));
    }

    @Test
    void unlikeSidesAreRefusedUnlessThatIsTheAxis() {
        List<List<Double>> one = List.of(List.of(1.0));
        Run here = forks(1, one).run();
        Run otherJvm = new SyntheticRun(0).add(1, OTHER, "avgt", one).run();
        Run otherFlags = new SyntheticRun(0).add(1, FLAGGED, "avgt", one).run();
        assertRefused("differ in JVM (", () -> compare(here, otherJvm, Subject.COMMIT));
        assertRefused("JVM arguments (none against -XX:UseAVX=1)", () -> compare(here, otherFlags, Subject.JVM));
        assertEquals(
                1, compare(here, otherJvm, Subject.JVM, Subject.MACHINE).rows().size());
        assertEquals(1, compare(here, otherFlags, Subject.FLAGS).rows().size());
    }

    @Test
    void rowsThatDoNotPairAreRefused() {
        List<List<Double>> one = List.of(List.of(1.0));
        Run here = forks(1, one).run();
        assertRefused("have no row in common", () -> compare(here, forks(2, one).run(), Subject.COMMIT));
        assertRefused(
                "twice: remove one",
                () -> compare(
                        here,
                        forks(1, one).add(1, SyntheticRun.JVM, "avgt", one).run()));
        assertRefused(
                "a side takes one of them",
                () -> compare(here, forks(1, one).add(1, OTHER, "avgt", one).run(), Subject.JVM));
        assertRefused(
                "the second Plain batch=1 depth=1 fusion=NONE image=8 mode=ss",
                () -> compare(
                        here,
                        new SyntheticRun(0).add(1, SyntheticRun.JVM, "ss", one).run()));
        assertRefused("holds no measured row", () -> compare(here, new SyntheticRun(0).run()));
    }

    @Test
    void anotherVersionOfJmhIsRefusedOnEveryAxis() {
        Run here = forks(1, List.of(List.of(1.0))).run();
        Measurement row = here.measurements().get(0);
        Measurement other = new Measurement(
                row.subject(),
                row.jvm(),
                row.jvmArgs(),
                "1.36",
                row.mode(),
                row.threads(),
                row.samples(),
                row.metrics(),
                row.kernels());
        Run there = new Run(here.folder(), here.machine(), here.plan(), List.of(other), List.of());
        assertRefused("differ in JMH (1.37 against 1.36)", () -> compare(here, there, Subject.values()));
    }

    private static void assertRefused(String words, Runnable comparison) {
        String message =
                assertThrows(IllegalArgumentException.class, comparison::run).getMessage();
        assertTrue(message.contains(words), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void falseDiscoveriesAsBenjaminiAndHochbergAdjustThem() {
        double[] q = FalseDiscoveries.adjusted(new double[] {0.04, 0.01, 0.03, 0.5});
        assertEquals(List.of(0.16 / 3, 0.04, 0.16 / 3, 0.5), List.of(q[0], q[1], q[2], q[3]));
    }
}
