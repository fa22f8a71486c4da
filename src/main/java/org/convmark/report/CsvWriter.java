package org.convmark.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.convmark.io.AtomicFile;

/** Tables as comma-separated values (RFC 4180): bare numbers in their base unit, empty where nothing was measured. */
public final class CsvWriter {
    /** Writes a table; an existing file is replaced atomically. */
    public void write(Table table, Path file) throws IOException {
        new AtomicFile(file).write(text(table));
    }

    /** The table's columns and rows. */
    public String text(Table table) {
        return table.rows().stream()
                .map(row -> line(row.stream().map(CsvWriter::value).toList()))
                .collect(Collectors.joining("", line(table.columns()), ""));
    }

    private static String value(Cell cell) {
        String words = cell instanceof Cell.Missing ? "" : cell.text();
        return cell.quantity()
                .map(quantity -> Double.toString(quantity.value()))
                .orElse(words);
    }

    private static String line(List<String> values) {
        return values.stream().map(CsvWriter::quoted).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String quoted(String value) {
        boolean special = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return special ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }
}
