package org.convmark.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Documents for a terminal: aligned columns; collapsed parts show only their headings, unless everything is wanted. */
public final class TextWriter implements DocumentWriter {
    private static final int WIDEST = 72;

    private final boolean all;
    private final String hint;

    /** Omits collapsed parts. */
    public TextWriter() {
        this(false, "");
    }

    /**
     * @param all whether collapsed parts are included
     * @param hint follows a heading whose contents are omitted: how to see them
     */
    public TextWriter(boolean all, String hint) {
        this.all = all;
        this.hint = hint;
    }

    @Override
    public String text(Document document) {
        StringBuilder out = new StringBuilder();
        out.append(document.title()).append('\n').append(document.subtitle()).append('\n');
        for (Section section : document.sections()) {
            out.append('\n').append(section.title()).append('\n');
            section.contents().forEach(content -> append(out, content));
        }
        return out.toString();
    }

    private void append(StringBuilder out, Content content) {
        if (content instanceof Content.Lead lead) {
            out.append(lead.text()).append('\n');
        } else if (content instanceof Content.Text text) {
            out.append(text.text()).append('\n');
        } else if (content instanceof Content.Fold fold) {
            out.append("  ").append(fold.summary()).append(all ? "" : hint).append('\n');
            if (all) {
                fold.contents().forEach(inside -> append(out, inside));
            }
        } else if (content instanceof Table table) {
            append(out, table);
        } else if (content instanceof Chart chart) {
            append(out, chart.data());
        }
    }

    private static void append(StringBuilder out, Table table) {
        out.append(table.caption()).append('\n');
        List<List<String>> lines = Stream.concat(
                        Stream.of(table.columns()),
                        table.rows().stream()
                                .map(row -> row.stream().map(Cell::text).toList()))
                .toList();
        int[] widths = IntStream.range(0, table.columns().size())
                .map(column -> lines.stream()
                        .mapToInt(line -> Math.min(WIDEST, line.get(column).length()))
                        .max()
                        .orElse(0))
                .toArray();
        for (List<String> line : lines) {
            out.append(IntStream.range(0, widths.length)
                    .mapToObj(column -> String.format("%-" + Math.max(1, widths[column]) + "s", line.get(column)))
                    .collect(Collectors.joining("  ", "  ", ""))
                    .stripTrailing());
            out.append('\n');
        }
    }
}
