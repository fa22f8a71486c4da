package org.convmark.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.convmark.io.Json;

/**
 * A chart of a table. Its view is a Vega-Lite specification without data and overall size: fields are column names, values are
 * bare numbers in base units. A writer that cannot draw shows the table.
 *
 * @param data what is drawn
 * @param view JSON of mark and encoding, or of a layer, facet or concatenation of them
 * @see <a href="https://vega.github.io/vega-lite/">Satyanarayan et al. 2017, Vega-Lite</a>
 */
public record Chart(Table data, String view) implements Content {

    /** @throws IllegalArgumentException if the view is not a JSON object */
    public Chart {
        if (!parse(view).isObject()) {
            throw new IllegalArgumentException("the view of chart \"" + data.caption() + "\" is not a JSON object");
        }
    }

    private static JsonNode parse(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the view of a chart is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The view as JSON. */
    JsonNode vegaLite() {
        return parse(view);
    }

    /** View and data for a script element; no text in it can end the script. */
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

    /** Rounded to six digits, which is enough to draw; cells without a number become null. */
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
