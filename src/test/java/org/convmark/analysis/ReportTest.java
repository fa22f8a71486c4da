package org.convmark.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The report of a canned run: two JVMs, a failure, a target that one of them lacks, unsteady rows, roofs missing. */
class ReportTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");
    private static final Path GOLDEN = CANNED.resolveSibling("canned-run.report.md");

    @Test
    void markdownIsTheGoldenFile() throws Exception {
        String text = new MarkdownWriter().text(Report.of(Run.read(CANNED)));
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(GOLDEN, text);
        }
        assertEquals(Files.readString(GOLDEN), text, "if the change is wanted, run this test with -Dregenerate=true");
    }

    @Test
    void htmlIsWellFormedAndNeedsNothingElse() throws Exception {
        Run run = Run.read(CANNED);
        String html = new HtmlWriter().text(Report.of(run));
        Document page = parse(html);
        assertEquals(
                run.measurements().size(), page.getElementsByTagName("code").getLength(), "one command per row");
        for (Measurement row : run.measurements()) {
            assertTrue(page.getDocumentElement().getTextContent().contains(run.command(row)), run.command(row));
        }
        assertFalse(html.contains("http:") || html.contains("https:") || html.contains(" src="), "must work offline");
        assertTrue(html.contains("prefers-color-scheme: dark"));
    }

    @Test
    void linksOfTheContentsLead() throws Exception {
        Document page = parse(new HtmlWriter().text(Report.of(Run.read(CANNED))));
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
    void runWithoutRowsStillReads() {
        Run run = Run.read(CANNED);
        Run empty = new Run(run.folder(), run.machine(), run.intent(), List.of(), List.of());
        String text = new MarkdownWriter().text(Report.of(empty));
        assertTrue(text.contains("Nothing was measured."));
        assertTrue(text.contains("35 not measured yet"));
    }

    /** Style and script are no XML; everything else of the page is. */
    private static Document parse(String html) throws Exception {
        String xml = html.replaceFirst("(?s)<script>.*</script>", "").replaceFirst("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static List<String> attributes(Document page, String tag, String name) {
        var nodes = page.getElementsByTagName(tag);
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
                .map(i -> nodes.item(i).getAttributes().getNamedItem(name).getNodeValue())
                .toList();
    }
}
