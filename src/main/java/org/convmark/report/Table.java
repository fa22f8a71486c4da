package org.convmark.report;

import java.util.List;

/**
 * Rows of cells under named columns.
 *
 * @param caption what the table shows, in a few words
 * @param columns names of the columns
 * @param rows cells, as many in every row as there are columns
 */
public record Table(String caption, List<String> columns, List<List<Cell>> rows) implements Content {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if a row has more or fewer cells than there are columns
     */
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<Cell> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("table \"" + caption + "\" has " + columns.size()
                        + " columns but a row of " + row.size() + " cells");
            }
        }
    }

    /**
     * Why cells are empty: every reason once, in the order of the rows. A dash refers to a reason by its position in this list.
     */
    public List<String> reasons() {
        return rows.stream()
                .flatMap(List::stream)
                .filter(Cell.Missing.class::isInstance)
                .map(cell -> ((Cell.Missing) cell).reason())
                .distinct()
                .toList();
    }

    /** Whether a column holds numbers. */
    public boolean isNumeric(int column) {
        return rows.stream().map(row -> row.get(column)).anyMatch(cell -> cell.quantity()
                .isPresent());
    }
}
