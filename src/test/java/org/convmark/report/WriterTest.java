package org.convmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriterTest {
    private static final Table TABLE = new Table(
            "a <b> | c",
            List.of("Words", "Number", "Command"),
            List.of(
                    List.of(
                            Cell.words("<script>x|y</script>"),
                            Cell.number(1.5e-3, Unit.SECONDS),
                            new Cell.Command("a|b")),
                    List.of(Cell.words("say \"hi\", you"), Cell.missing("no <roof>"), new Cell.Command("c"))));

    private static Document document(Content content) {
        return new Document("T", "S", List.of(new Section("One section", List.of(content))));
    }

    @Test
    void markdownEscapesAndExplainsDashes() {
        String text = new MarkdownWriter().text(document(TABLE));
        assertTrue(text.contains("| &lt;script>x\\|y&lt;/script> | 1.50 ms | `a\\|b` |"), text);
        assertTrue(text.contains("- (1)") && text.contains("(1) no &lt;roof>"), text);
        assertTrue(text.contains("| --- | --: | --- |"), text);
    }

    @Test
    void htmlEscapesAndExplainsDashes() {
        String text = new HtmlWriter().text(document(new Content.Fold("more", TABLE)));
        assertFalse(text.contains("<script>x"), text);
        assertTrue(text.contains("data-value=\"0.0015\">1.50 ms</td>"), text);
        assertTrue(text.contains("<li>no &lt;roof&gt;</li>"), text);
        assertTrue(text.contains("<section id=\"one-section\">"), text);
    }

    @Test
    void csvIsForPrograms() {
        assertEquals(
                "Words,Number,Command\r\n<script>x|y</script>,0.0015,a|b\r\n\"say \"\"hi\"\", you\",,c\r\n",
                new CsvWriter().text(TABLE));
    }

    @Test
    void dataAreForProgramsToo(@TempDir Path folder) throws IOException {
        Chart chart = new Chart(TABLE, "{\"mark\": \"bar\"}");
        List<Content> contents = List.of(new Content.Lead("Seen."), new Content.Fold("more", chart));
        new DataWriter().write(new Document("T", "S", List.of(new Section("One section", contents))), folder);
        assertEquals(new CsvWriter().text(TABLE), Files.readString(folder.resolve("one-section.1-a-b-c.csv")));
        JsonNode section =
                new ObjectMapper().readTree(folder.resolve("one-section.json").toFile());
        assertEquals("Seen.", section.at("/contents/0/lead").asText());
        JsonNode written = section.at("/contents/1/contents/0/chart");
        assertEquals("[null,\"s\",null]", written.get("units").toString());
        assertEquals(
                "[\"say \\\"hi\\\", you\",null,\"c\"]", written.at("/rows/1").toString());
        assertEquals(1.5e-3, written.at("/rows/0/1").asDouble());
        assertEquals("bar", written.at("/view/mark").asText());
    }

    /** A device would be lost for the whole machine if root replaced it, and a reader of a pipe would wait for ever. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pipesAndLinksAreWrittenToAndNotReplaced(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there is no mkfifo(1)");
        Path read = folder.resolve("read");
        Process reader = new ProcessBuilder("cat", pipe.toString())
                .redirectOutput(read.toFile())
                .start();
        try {
            new WholeFile(pipe).write("through");
            assertTrue(reader.waitFor(20, TimeUnit.SECONDS));
        } finally {
            reader.destroyForcibly();
        }
        assertEquals("through", Files.readString(read));
        assertTrue(Files.readAttributes(pipe, BasicFileAttributes.class).isOther());
        Path link = Files.createSymbolicLink(folder.resolve("link"), read);
        new WholeFile(link).write("behind");
        assertEquals("behind", Files.readString(read));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void whatCannotBeWrittenIsNamedWithTheReason(@TempDir Path folder) {
        Path file = folder.resolve("none").resolve("report.html");
        IOException e = assertThrows(IOException.class, () -> new WholeFile(file).write("x"));
        assertEquals(file + " cannot be written (NoSuchFile)", e.getMessage());
    }

    @Test
    void raggedRowsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Table("t", List.of("a", "b"), List.of(List.of(Cell.words("x")))));
    }

    @ParameterizedTest
    @CsvSource({
        "SECONDS, 0.0000000012, 1.20 ns",
        "SECONDS, 0.00099996, 1.00 ms",
        "SECONDS, 0.0123, 12.3 ms",
        "SECONDS, 75, 75.0 s",
        "FLOPS, 123456789012, 123 GFLOP/s",
        "BANDWIDTH, 999600000, 1.00 GB/s",
        "BYTES, 16384, 16.0 KiB",
        "BYTES, 0.8, 0.800 B",
        "FACTOR, 5.5, 5.50x",
        "SHARE, 0.0321, 3.2 %",
        "SHARE, 0.555, 56 %",
        "COUNT, 3, 3"
    })
    void numbersHaveThreeDigitsAndAPrefix(Unit unit, double value, String text) {
        assertEquals(text, unit.format(value));
    }
}
