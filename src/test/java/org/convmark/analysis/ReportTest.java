package org.convmark.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.convmark.model.Target;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/**
 * The reports of two canned runs. One is of before roofs were read beside rows and algorithms were a parameter: two JVMs, a
 * failure, a target that one JVM lacks, unsteady rows, roofs missing. The other has other engines, operators, activations, a fork that
 * was compiled badly, a row on a slow machine, and a chosen algorithm.
 */
class ReportTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");
    /** Of the second run as if it had small caches, so that modelled traffic is in its golden file. */
    private static final Map<String, Map<String, Long>> CACHES =
            Map.of("canned-run", Map.of(), "canned-peers", Map.of("L1d", 4096L, "L2", 16384L, "L3", 65536L));

    private static final Path PEERS = CANNED.resolveSibling("canned-peers");

    @ParameterizedTest
    @ValueSource(strings = {"canned-run", "canned-peers"})
    void markdownIsTheGoldenFile(String name) throws Exception {
        Path golden = CANNED.resolveSibling(name + ".report.md");
        String text = new MarkdownWriter().text(Report.of(Run.read(CANNED.resolveSibling(name)), CACHES.get(name)));
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(golden, text);
        }
        assertEquals(Files.readString(golden), text, "if the change is wanted, run this test with -Dregenerate=true");
    }

    @Test
    void htmlIsWellFormedAndNeedsNothingElse() throws Exception {
        Run run = Run.read(CANNED);
        String html = new HtmlWriter().text(Report.of(run, Map.of()));
        Document page = parse(html);
        assertEquals(
                run.measurements().size(), page.getElementsByTagName("code").getLength(), "one command per row");
        for (Measurement row : run.measurements()) {
            assertTrue(page.getDocumentElement().getTextContent().contains(run.command(row)), run.command(row));
        }
        assertFalse(withoutScripts(html).matches("(?s).*<[^>]* (src|href)=\"?+(?!#).*"), "must work offline");
        assertTrue(html.contains("prefers-color-scheme: dark"));
    }

    @Test
    void linksOfTheContentsLead() throws Exception {
        Document page = parse(new HtmlWriter().text(Report.of(Run.read(CANNED), Map.of())));
        List<String> ids = attributes(page, "section", "id");
        assertEquals(ids.stream().map(id -> "#" + id).toList(), attributes(page, "a", "href"));
        assertEquals(ids.size(), ids.stream().distinct().count());
    }

    @Test
    void writesEveryFormatAndReplacesWhatWasThere(@TempDir Path folder) throws Exception {
        for (String name : List.of("jmh.json", "machine.json")) {
            Files.copy(CANNED.resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("report.md"), "old");
        assertEquals(folder.resolve("report.html"), Report.write(folder));
        assertTrue(Files.readString(folder.resolve("report.md")).startsWith("# "));
        assertEquals(
                Run.read(folder).measurements().size() + 1,
                Files.readAllLines(folder.resolve("report.csv")).size());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(5, files.count(), "no temporary file is left");
        }
    }

    @Test
    void timesOfOtherEnginesAreWrittenForPrograms(@TempDir Path folder) throws Exception {
        for (String name : List.of("jmh.json", "machine.json")) {
            Files.copy(PEERS.resolve(name), folder.resolve(name));
        }
        Report.write(folder);
        List<String> lines = Files.readAllLines(folder.resolve("peers.csv"));
        assertEquals(9, lines.size(), "eight points and a heading");
        assertTrue(lines.get(1).startsWith("PLAIN,1,16,16,1,1,17.0.15,"), lines.get(1));
    }

    /** An analysis that cannot say anything says why; the others are complete. */
    @Test
    void everyAnalysisCopesWithWhatIsMissing() {
        Run run = Run.read(PEERS);
        List<Measurement> rows = run.measurements();
        List<List<Measurement>> cases = List.of(
                rows.stream().filter(row -> row.isWork()).toList(),
                rows.stream().filter(row -> !row.isWork()).toList(),
                rows.subList(2, 3),
                rows.stream()
                        .filter(row ->
                                row.target().filter(Target.PYTORCH::equals).isPresent())
                        .toList());
        for (List<Measurement> some : cases) {
            Run part = new Run(run.folder(), run.machine(), run.plan(), some, List.of());
            String text = new MarkdownWriter().text(Report.of(part, Map.of()));
            assertFalse(text.matches("(?s).*\\b(NaN|Infinity|null)\\b.*"), text);
            for (String section : text.split("(?m)^## ")) {
                assertTrue(section.startsWith("# ") || section.contains("**"), () -> "no sentence in " + section);
            }
        }
    }

    @Test
    void cachesOfOtherSizesMoveOtherTraffic(@TempDir Path folder) throws Exception {
        for (String name : List.of("jmh.json", "machine.json")) {
            Files.copy(CANNED.resolve(name), folder.resolve(name));
        }
        Path html = Report.writeWhatIf(folder, Map.of("L2", 8192L, "L3", 16384L));
        assertEquals("report.what-if.html", html.getFileName().toString());
        assertTrue(Files.readString(html).contains("What if the caches were: L1d"));
        assertFalse(Files.exists(folder.resolve("report.html")));
    }

    @Test
    void runWithoutRowsStillReads() {
        Run run = Run.read(CANNED);
        Run empty = new Run(run.folder(), run.machine(), run.plan(), List.of(), List.of());
        String text = new MarkdownWriter().text(Report.of(empty, Map.of()));
        assertTrue(text.contains("Nothing was measured."));
        assertTrue(text.contains("35 not measured yet"));
    }

    /** Style and script are no XML; everything else of the page is. */
    private static Document parse(String html) throws Exception {
        String xml = withoutScripts(html).replaceFirst("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static String withoutScripts(String html) {
        return html.replaceAll("(?s)<script[^>]*>.*?</script>", "");
    }

    private static List<String> attributes(Document page, String tag, String name) {
        var nodes = page.getElementsByTagName(tag);
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
                .map(i -> nodes.item(i).getAttributes().getNamedItem(name).getNodeValue())
                .toList();
    }
}
