package org.convmark.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.convmark.io.Json;

/**
 * A picture of a table. Its view is Vega-Lite without data and without sizes of the whole: fields are names of columns,
 * values are bare numbers in base units, and a writer that cannot draw shows the table.
 *
 * @param data what is drawn
 * @param view JSON of mark and encoding, or of a layer, facet or concatenation of them
 * @see <a href="https://vega.github.io/vega-lite/">Satyanarayan et al. 2017, Vega-Lite</a>
 */
public record Chart(Table data, String view) implements Content {

    /** @throws IllegalArgumentException if the view is no JSON object */
    public Chart {
        if (!parse(view).isObject()) {
            throw new IllegalArgumentException("the view of chart \"" + data.caption() + "\" is no JSON object");
        }
    }

    private static JsonNode parse(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the view of a chart is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The view as Json.MAPPER. */
    JsonNode vegaLite() {
        return parse(view);
    }

    /** View and data for a script of a page; no text in it can end that script. */
    String json() {
        ObjectNode chart = Json.MAPPER.createObjectNode();
        chart.set("view", vegaLite());
        ArrayNode columns = chart.putArray("columns");
        data.columns().forEach(columns::add);
        ArrayNode rows = chart.putArray("rows");
        for (List<Cell> row : data.rows()) {
            ArrayNode values = rows.addArray();
            row.forEach(cell -> values.add(value(cell)));
        }
        return chart.toString().replace("<", "\\u003c").replace("&", "\\u0026");
    }

    /** Six digits draw any picture; what is no number is null. */
    private static JsonNode value(Cell cell) {
        if (cell.quantity().isPresent()) {
            Cell.Quantity quantity = cell.quantity().get();
            return Double.isFinite(quantity.value())
                    ? Json.MAPPER.getNodeFactory().numberNode(quantity.rounded())
                    : Json.MAPPER.nullNode();
        }
        return cell instanceof Cell.Missing
                ? Json.MAPPER.nullNode()
                : Json.MAPPER.getNodeFactory().textNode(cell.text());
    }
}
