package org.convmark.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.convmark.io.AtomicFile;
import org.convmark.io.Json;

/**
 * A document for programs, as a folder: each section as {@code <anchor>.json}, with its sentences, tables and charts in reading
 * order, and each table, those of charts included, as {@code <anchor>.<number>-<caption>.csv}. Numbers are bare, in the base unit
 * that {@code units} names; missing values are null, or empty.
 */
public final class DataWriter {
    private static final int LONGEST_NAME = 60;

    /** Writes all sections; existing files are replaced atomically, and tables of an earlier report of these sections deleted. */
    public void write(Document document, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Section section : document.sections()) {
            new AtomicFile(folder.resolve(section.anchor() + ".json")).write(json(section));
            List<Table> tables = new ArrayList<>();
            section.contents().forEach(content -> collect(content, tables));
            Set<String> names = new HashSet<>();
            for (int i = 0; i < tables.size(); i++) {
                String name = section.anchor() + "." + (i + 1) + "-" + name(tables.get(i)) + ".csv";
                new CsvWriter().write(tables.get(i), folder.resolve(name));
                names.add(name);
            }
            deleteOthers(folder, section.anchor(), names);
        }
    }

    /** Tables have numbers, so those of an earlier report have other names. */
    private static void deleteOthers(Path folder, String anchor, Set<String> names) throws IOException {
        try (DirectoryStream<Path> tables = Files.newDirectoryStream(folder, anchor + ".[0-9]*-*.csv")) {
            for (Path table : tables) {
                if (!names.contains(table.getFileName().toString())) {
                    Files.delete(table);
                }
            }
        }
    }

    /** A section as one JSON object. */
    String json(Section section) throws IOException {
        ObjectNode object = Json.MAPPER.createObjectNode();
        object.put("title", section.title());
        object.set("contents", contents(section.contents()));
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
    }

    private static ArrayNode contents(List<Content> contents) {
        ArrayNode array = Json.MAPPER.createArrayNode();
        contents.forEach(content -> array.add(object(content)));
        return array;
    }

    private static ObjectNode object(Content content) {
        ObjectNode object = Json.MAPPER.createObjectNode();
        if (content instanceof Content.Lead lead) {
            object.put("lead", lead.text());
        } else if (content instanceof Content.Text text) {
            object.put("text", text.text());
        } else if (content instanceof Content.Fold fold) {
            object.put("fold", fold.summary()).set("contents", contents(fold.contents()));
        } else if (content instanceof Table table) {
            object.set("table", object(table));
        } else if (content instanceof Chart chart) {
            object.set("chart", object(chart.data()).set("view", chart.vegaLite()));
        }
        return object;
    }

    private static ObjectNode object(Table table) {
        ObjectNode object = Json.MAPPER.createObjectNode().put("caption", table.caption());
        ArrayNode columns = object.putArray("columns");
        ArrayNode units = object.putArray("units");
        for (int c = 0; c < table.columns().size(); c++) {
            columns.add(table.columns().get(c));
            units.add(unit(table, c));
        }
        ArrayNode rows = object.putArray("rows");
        for (List<Cell> row : table.rows()) {
            ArrayNode values = rows.addArray();
            row.forEach(cell -> values.add(value(cell)));
        }
        return object;
    }

    /** The base unit of a column's numbers, null if it has none. */
    private static String unit(Table table, int column) {
        return table.rows().stream()
                .flatMap(row -> row.get(column).quantity().stream())
                .map(quantity -> quantity.unit().base())
                .findFirst()
                .orElse(null);
    }

    private static JsonNode value(Cell cell) {
        JsonNodeFactory nodes = Json.MAPPER.getNodeFactory();
        if (cell.quantity().isPresent()) {
            double value = cell.quantity().get().value();
            return Double.isFinite(value) ? nodes.numberNode(value) : nodes.nullNode();
        }
        return cell instanceof Cell.Missing ? nodes.nullNode() : nodes.textNode(cell.text());
    }

    private static void collect(Content content, List<Table> tables) {
        if (content instanceof Table table) {
            tables.add(table);
        } else if (content instanceof Chart chart) {
            tables.add(chart.data());
        } else if (content instanceof Content.Fold fold) {
            fold.contents().forEach(inner -> collect(inner, tables));
        }
    }

    private static String name(Table table) {
        String words = table.caption()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return words.length() <= LONGEST_NAME ? words : words.substring(0, LONGEST_NAME);
    }
}
