package org.convmark.report;

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
import org.junit.jupiter.api.Test;
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
        Path former = Files.writeString(folder.resolve("one-section.2-former.csv"), "");
        Path other = Files.writeString(folder.resolve("another-section.2-former.csv"), "");
        new DataWriter().write(new Document("T", "S", List.of(new Section("One section", contents))), folder);
        assertTrue(Files.notExists(former) && Files.exists(other));
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
