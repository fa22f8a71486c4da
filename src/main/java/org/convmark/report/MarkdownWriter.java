package org.convmark.report;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Documents as GitHub-flavoured Markdown: the same text as the HTML, for code review and terminals. */
public final class MarkdownWriter implements DocumentWriter {
    /** Data of charts with up to this many rows are not collapsed. */
    private static final int MOST_ROWS = 24;

    private static final Pattern LINE_END = Pattern.compile("\\R");
    private static final Pattern MARKUP = Pattern.compile("[*_`\\\\\\[\\]]");

    @Override
    public String text(Document document) {
        StringBuilder out = new StringBuilder();
        out.append("# ").append(escape(document.title())).append("\n\n");
        out.append(escape(document.subtitle())).append('\n');
        for (Section section : document.sections()) {
            out.append("\n## ").append(escape(section.title())).append('\n');
            section.contents().forEach(content -> append(out, content));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, Content content) {
        out.append('\n');
        if (content instanceof Content.Lead lead) {
            out.append("**").append(escape(lead.text())).append("**\n");
        } else if (content instanceof Content.Text text) {
            out.append(escape(text.text())).append('\n');
        } else if (content instanceof Content.Fold fold) {
            out.append("<details><summary>").append(escape(fold.summary())).append("</summary>\n");
            fold.contents().forEach(inner -> append(out, inner));
            out.append("\n</details>\n");
        } else if (content instanceof Table table) {
            append(out, table);
        } else if (content instanceof Chart chart) {
            append(out, chart);
        }
    }

    /** The chart's data; long tables are collapsed. */
    private static void append(StringBuilder out, Chart chart) {
        Table data = chart.data();
        if (data.rows().size() > MOST_ROWS) {
            append(out, (Content) new Content.Fold(data.caption(), data));
        } else {
            append(out, data);
        }
    }

    private static void append(StringBuilder out, Table table) {
        out.append(escape(table.caption())).append(":\n\n");
        out.append(line(table.columns().stream().map(MarkdownWriter::inCell).toList()));
        out.append(line(IntStream.range(0, table.columns().size())
                .mapToObj(column -> table.isNumeric(column) ? "--:" : "---")
                .toList()));
        List<String> reasons = table.reasons();
        for (List<Cell> row : table.rows()) {
            out.append(line(row.stream().map(cell -> cell(cell, reasons)).toList()));
        }
        for (int i = 0; i < reasons.size(); i++) {
            out.append(i == 0 ? "\n" : "<br>\n").append('(').append(i + 1).append(") ");
            out.append(escape(reasons.get(i)));
        }
        out.append(reasons.isEmpty() ? "" : "\n");
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String cell(Cell cell, List<String> reasons) {
        if (cell instanceof Cell.Command command) {
            return "`" + command.text().replace("|", "\\|") + "`";
        }
        if (cell instanceof Cell.Missing missing) {
            return "- (" + (reasons.indexOf(missing.reason()) + 1) + ")";
        }
        if (cell instanceof Cell.Warning warning) {
            return "**" + inCell(warning.text()) + "**";
        }
        return inCell(cell.text());
    }

    private static String inCell(String text) {
        return LINE_END.matcher(escape(text).replace("|", "\\|")).replaceAll("<br>");
    }

    private static String escape(String text) {
        return MARKUP.matcher(text.replace("&", "&amp;").replace("<", "&lt;")).replaceAll("\\\\$0");
    }
}
