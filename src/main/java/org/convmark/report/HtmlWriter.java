package org.convmark.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.caption;
import static j2html.TagCreator.code;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.strong;
import static j2html.TagCreator.style;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.sup;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tag;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.title;
import static j2html.TagCreator.tr;

import j2html.Config;
import j2html.rendering.FlatHtml;
import j2html.tags.DomContent;
import j2html.tags.specialized.TdTag;
import j2html.tags.specialized.ThTag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * Documents as one self-contained HTML file: style and script are included, light or dark as the reader's system. Every word and
 * number except those of very long tables can be read without the script, which adds charts, sorting, filtering, copying and
 * saving.
 */
public final class HtmlWriter implements DocumentWriter {
    /** Tables, and data of charts, of up to this many rows are in the page uncompressed. */
    private static final int MOST_ROWS = 100;

    private static final List<String> LIBRARIES = List.of("vega", "vega-lite", "vega-embed");

    @Override
    public String text(Document document) {
        DomContent page = html(
                        head(
                                meta().withCharset("utf-8"),
                                meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                                meta().withName("color-scheme").withContent("light dark"),
                                title(document.title()),
                                style(rawHtml(resource("report.css")))),
                        body(
                                header(h1(document.title()), p(document.subtitle()), contents(document)),
                                main(rawHtml(parts(document))),
                                libraries(document),
                                script(rawHtml(resource("report.js")))))
                .withLang("en");
        return "<!DOCTYPE html>\n" + render(page) + "\n";
    }

    private static String render(DomContent page) {
        try {
            return page.render(FlatHtml.inMemory(Config.defaults().withEmptyTagsClosed(true)))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DomContent contents(Document document) {
        return nav(each(document.sections(), s -> a(s.title()).withHref("#" + s.anchor())))
                .attr("aria-label", "Sections");
    }

    private static String parts(Document document) {
        return document.sections().parallelStream()
                .map(part -> render(part(part)))
                .collect(Collectors.joining());
    }

    private static DomContent part(Section part) {
        return section(h2(part.title()), each(part.contents(), HtmlWriter::content))
                .withId(part.anchor());
    }

    private static DomContent content(Content content) {
        if (content instanceof Content.Lead lead) {
            return p(lead.text()).withClass("lead");
        }
        if (content instanceof Content.Fold fold) {
            return details(summary(fold.summary()), div(each(fold.contents(), HtmlWriter::content)));
        }
        if (content instanceof Table table) {
            return table.rows().size() > MOST_ROWS ? packed(table) : scrolling(table);
        }
        if (content instanceof Chart chart) {
            return picture(chart);
        }
        return p(((Content.Text) content).text());
    }

    /** The script draws the chart into the figure; without the script its data are shown below. */
    private static DomContent picture(Chart chart) {
        Table data = chart.data();
        return div(
                figure().with(
                                figcaption(data.caption()),
                                div().withClass("plot").attr("role", "img").attr("aria-label", data.caption()),
                                data.rows().size() > MOST_ROWS
                                        ? zipped(chart.json())
                                        : script(rawHtml(chart.json())).withType("application/json"))
                        .withClass("chart"),
                details(summary("Data of this chart"), content(data)).withClass("data"));
    }

    /** The chart libraries, if the document has charts. */
    private static DomContent libraries(Document document) {
        boolean charts = document.sections().stream()
                .flatMap(section -> section.contents().stream())
                .anyMatch(HtmlWriter::draws);
        return each(charts ? LIBRARIES : List.<String>of(), name -> script(rawHtml(library(name))));
    }

    private static boolean draws(Content content) {
        return content instanceof Chart
                || content instanceof Content.Fold fold
                        && fold.contents().stream().anyMatch(HtmlWriter::draws);
    }

    /** A script of a webjar; its path contains its version. */
    private static String library(String name) {
        Properties pom = new Properties();
        try (InputStream in =
                HtmlWriter.class.getResourceAsStream("/META-INF/maven/org.webjars/" + name + "/pom.properties")) {
            pom.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return resource(
                "/META-INF/resources/webjars/" + name + "/" + pom.getProperty("version") + "/" + name + ".min.js");
    }

    /** A long table is compressed in the page until it is shown: browsers open a page faster if they have less to lay out. */
    private static DomContent packed(Table table) {
        return div(
                        p(table.caption() + ": " + table.rows().size()
                                + " rows, which the script of this page unpacks."),
                        zipped(render(scrolling(table))))
                .withClass("packed");
    }

    private static DomContent zipped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return script(rawHtml(Base64.getEncoder().encodeToString(bytes.toByteArray())))
                .withType("application/gzip");
    }

    /** The table in a frame that scrolls by itself, also by keyboard, so that the page never scrolls sideways. */
    private static DomContent scrolling(Table table) {
        List<String> reasons = table.reasons();
        DomContent grid = table(
                caption(table.caption()),
                thead(tr(each(IntStream.range(0, table.columns().size()).boxed().toList(), i -> heading(table, i)))),
                tbody(each(table.rows(), row -> tr(each(row, cell -> place(cell, reasons))))));
        DomContent frame = div(grid)
                .withClass("scroll")
                .withTabindex(0)
                .attr("role", "region")
                .attr("aria-label", table.caption());
        return reasons.isEmpty()
                ? frame
                : div(frame, ol(each(reasons, reason -> li(reason))).withClass("reasons"));
    }

    private static DomContent heading(Table table, int column) {
        ThTag heading = th(table.columns().get(column)).attr("scope", "col");
        return table.isNumeric(column) ? heading.withClass("number") : heading;
    }

    private static TdTag place(Cell cell, List<String> reasons) {
        if (cell instanceof Cell.Quantity quantity) {
            return number(quantity);
        }
        if (cell instanceof Cell.Bar bar) {
            return number(bar.number())
                    .withClass("bar")
                    .withStyle(String.format(Locale.ROOT, "--fill:%.1f%%", 100 * bar.fill()));
        }
        if (cell instanceof Cell.Missing missing) {
            return td(span("\u2013"), sup("(" + (reasons.indexOf(missing.reason()) + 1) + ")"))
                    .withClass("missing");
        }
        if (cell instanceof Cell.Command command) {
            return td(code(command.text())).withClass("command");
        }
        if (cell instanceof Cell.Trend trend) {
            return td(line(trend)).withClass("trend");
        }
        return cell instanceof Cell.Warning warning ? td(strong(warning.text())).withClass("warning") : td(cell.text());
    }

    private static DomContent line(Cell.Trend trend) {
        List<Double> heights = trend.heights();
        String points = IntStream.range(0, heights.size())
                .mapToObj(i -> String.format(Locale.ROOT, "%d,%.1f", 2 * i, 22 - 20 * heights.get(i)))
                .collect(Collectors.joining(" "));
        return tag("svg")
                .attr("viewBox", "0 0 " + 2 * heights.size() + " 24")
                .attr("width", 2 * heights.size())
                .attr("height", 24)
                .attr("role", "img")
                .attr("aria-label", trend.text())
                .with(tag("polyline")
                        .attr("points", points)
                        .attr("fill", "none")
                        .attr("stroke", "currentColor")
                        .attr("stroke-width", "1.5"));
    }

    private static TdTag number(Cell.Quantity quantity) {
        return td(quantity.text()).withData("value", Double.toString(quantity.rounded()));
    }

    private static String resource(String name) {
        try (InputStream in = HtmlWriter.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
