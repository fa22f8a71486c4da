package org.convmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.analysis.Report;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Stack;
import org.convmark.results.Measurement;
import org.convmark.results.Run;
import org.convmark.results.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reports in a headless Chromium without a network. A script is added to the page: it notes errors, waits for the charts,
 * presses buttons and leaves what it saw in the page, whose DOM the browser then prints.
 */
class BrowserTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis");
    private static final Pattern SEEN = Pattern.compile("(?s)<pre id=\"seen\">(.*?)</pre>");

    private static final String WATCH = """
            <script>
            const errors = [];
            const note = (...words) => errors.push(words.join(" "));
            console.error = note;
            /* Vega-Lite says so of every chart whose height grows with its rows, whatever was asked for. */
            console.warn = (...words) => { if (!words.join(" ").includes("Dropping \\"fit-")) note(...words); };
            addEventListener("error", (event) => errors.push(event.message));
            addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
            </script>
            """;

    private static final String LOOK = """
            <script>
            async function look() {
              for (const fold of document.querySelectorAll("details")) fold.open = true;
              await new Promise((next) => setTimeout(next, 100));
              const figures = Array.from(document.querySelectorAll("figure.chart"));
              dispatchEvent(new Event("beforeprint"));
              const drawn = () => figures.every((figure) => figure.querySelector("[data-drawn], .failed"));
              for (let i = 0; i < 600 && !drawn(); i++) await new Promise((next) => setTimeout(next, 50));
              const table = Array.from(document.querySelectorAll("table"))
                .find((some) => some.caption.textContent.startsWith(TABLE));
              const first = () => table.tBodies[0].rows[0].cells[0].textContent;
              const rows = table.tBodies[0].rows.length;
              table.tHead.querySelector("th button").click();
              const descending = first();
              table.tHead.querySelector("th button").click();
              const ascending = first();
              const box = table.parentNode.previousElementSibling.querySelector("input");
              if (box) { box.value = WORDS; box.oninput(); }
              const left = Array.from(table.tBodies[0].rows).filter((row) => !row.hidden).length;
              const empty = figures.filter((figure) => !figure.querySelector(".plot svg path, .plot canvas"));
              const seen = {
                errors, rows, left, ascending, descending,
                charts: figures.length, undrawn: figures.filter((figure) => !figure.querySelector("[data-drawn]")).length,
                failed: Array.from(document.querySelectorAll(".failed"), (plot) => plot.textContent),
                empty: empty.length, blank: document.querySelectorAll("svg [aria-label*='NaN'], svg [d*='NaN']").length,
                exports: document.querySelectorAll(".vega-actions a[download]").length,
                network: performance.getEntriesByType("resource").length,
                sideways: document.documentElement.scrollWidth - innerWidth,
              };
              const place = document.createElement("pre");
              place.id = "seen";
              place.textContent = JSON.stringify(seen);
              document.body.append(place);
            }
            look();
            </script>
            """;

    @TempDir
    Path folder;

    private static String chromium;

    @BeforeAll
    static void find() {
        Optional<String> found = Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(path -> path + File.separator + name))
                .filter(path -> new File(path).canExecute())
                .findFirst();
        assumeTrue(found.isPresent(), "no Chromium on the PATH: what a browser makes of reports is not tested");
        chromium = found.get();
    }

    /** What the script saw in a page of a width in pixels. */
    private JsonNode look(Document document, int width, String table, String words) throws Exception {
        String html = new HtmlWriter().text(document);
        String look = LOOK.replace("TABLE", '"' + table + '"').replace("WORDS", '"' + words + '"');
        String watched = html.replaceFirst("<head>", "<head>" + Matcher.quoteReplacement(WATCH));
        int end = watched.lastIndexOf("</body>");
        Path page = Files.writeString(
                folder.resolve("page.html"), watched.substring(0, end) + look + watched.substring(end));
        List<String> command = new ArrayList<>(List.of(chromium, "--headless", "--no-sandbox", "--disable-gpu"));
        command.addAll(List.of("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"));
        command.addAll(List.of("--user-data-dir=" + folder.resolve("profile"), "--window-size=" + width + ",900"));
        command.addAll(List.of(
                "--virtual-time-budget=60000", "--dump-dom", page.toUri().toString()));
        Path dom = folder.resolve("dom.html");
        Process browser = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(browser.waitFor(120, TimeUnit.SECONDS), "the browser hangs");
        Matcher seen = SEEN.matcher(Files.readString(dom, StandardCharsets.UTF_8));
        assertTrue(seen.find(), "the page's script did not come to its end");
        return new ObjectMapper()
                .readTree(
                        seen.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }

    @ParameterizedTest
    @CsvSource({"canned-run, 1200", "canned-run, 500", "canned-peers, 1200"})
    void everyChartIsDrawnAndTablesCanBeUsed(String run, int width) throws Exception {
        JsonNode seen =
                look(Report.of(Run.read(CANNED.resolve(run)), Map.of()), width, "Rows of Plain", "VECTOR EPILOGUE");
        assertEquals("[]", seen.path("errors").toString());
        assertEquals("[]", seen.path("failed").toString());
        assertTrue(seen.path("charts").asInt() > 0, seen::toString);
        for (String none : List.of("undrawn", "empty", "blank", "network")) {
            assertEquals(0, seen.path(none).asInt(), () -> none + " in " + seen);
        }
        assertEquals(2 * seen.path("charts").asInt(), seen.path("exports").asInt(), "SVG and PNG of each");
        assertTrue(
                seen.path("left").asInt() > 0
                        && seen.path("left").asInt() < seen.path("rows").asInt(),
                seen::toString);
        assertTrue(
                seen.path("ascending")
                                .asText()
                                .compareTo(seen.path("descending").asText())
                        < 0,
                seen::toString);
        assertTrue(seen.path("sideways").asInt() <= 0, () -> "the page scrolls sideways: " + seen);
    }

    @Test
    void textInResultsIsNoMarkup() throws Exception {
        String evil = "</script><script>console.error('ran')</script><img src=x onerror=console.error(1)>&lt;";
        Table table = new Table(
                evil,
                List.of("Name", "Value"),
                List.of(
                        List.of(Cell.words(evil), Cell.number(1, Unit.COUNT)),
                        List.of(Cell.words("Z" + evil), Cell.number(Double.NaN, Unit.COUNT))));
        String view = "{\"mark\":\"bar\",\"encoding\":{\"x\":{\"field\":\"Value\",\"type\":\"quantitative\"},"
                + "\"y\":{\"field\":\"Name\",\"type\":\"nominal\"}}}";
        List<Content> contents =
                List.of(new Content.Lead(evil), new Chart(table, view), table, new Content.Fold(evil, table));
        JsonNode seen = look(new Document(evil, evil, List.of(new Section("S", contents))), 800, "</script", "none");
        assertEquals("[]", seen.path("errors").toString());
        assertEquals(0, seen.path("undrawn").asInt());
        assertEquals(0, seen.path("network").asInt());
    }

    /** The rows of the standard profile, each with the samples of a row that was measured. */
    @Test
    void thousandsOfRowsAreNoBurden() throws Exception {
        Run run = Run.read(CANNED.resolve("canned-run"));
        List<Measurement> rows = Stream.of("17", "21", "24", "25")
                .map(version -> new JvmSetup(version, version, "VM"))
                .flatMap(jvm -> Stream.concat(
                        run.measurements().stream().limit(4).map(roof -> copy(roof, roof.subject(), jvm)),
                        Stack.stacks().stream().flatMap(workload -> rows(workload, jvm, run))))
                .toList();
        assertTrue(rows.size() > 5000, () -> rows.size() + " rows");
        long start = System.nanoTime();
        Document document = Report.of(new Run(run.folder(), run.machine(), run.plan(), rows, run.failures()), Map.of());
        int bytes = new HtmlWriter().text(document).getBytes(StandardCharsets.UTF_8).length;
        System.out.printf(
                "%d rows: %.1f s for a page of %.1f MB%n", rows.size(), (System.nanoTime() - start) / 1e9, bytes / 1e6);
        assertTrue(bytes < 5_000_000, bytes + " bytes");
        JsonNode seen = look(document, 1200, "Rows of PLAIN", "VECTOR");
        assertEquals("[]", seen.path("errors").toString());
        assertTrue(seen.path("rows").asInt() == 4 * 45, seen::toString);
    }

    private static Stream<Measurement> rows(Stack workload, JvmSetup jvm, Run run) {
        return IntStream.range(0, 45).mapToObj(i -> {
            SortedMap<String, String> params = new TreeMap<>(Map.of("image", "56", "batch", "1", "workers", "1"));
            params.put("depth", List.of("1", "2", "4").get(i % 3));
            params.put("width", List.of("16", "32", "64").get(i / 3 % 3));
            params.put(
                    "target",
                    List.of("SCALAR", "VECTOR", "VECTOR", "OPENCL", "OPENCL").get(i / 9));
            params.put(
                    "fusion",
                    List.of("NONE", "NONE", "EPILOGUE", "NONE", "EPILOGUE").get(i / 9));
            Measurement like =
                    run.measurements().get(4 + (i * 7 + workload.name().length()) % 30);
            return copy(like, Subject.of(workload.name().replace("_", "") + "Benchmark", params), jvm);
        });
    }

    private static Measurement copy(Measurement like, Subject subject, JvmSetup jvm) {
        return new Measurement(
                subject,
                jvm,
                like.jvmArgs(),
                like.jmhVersion(),
                like.mode(),
                like.threads(),
                like.samples(),
                like.metrics(),
                like.kernels());
    }
}
