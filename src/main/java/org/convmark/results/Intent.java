package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * What a run set out to measure: the part of its plan that a reader of results needs.
 *
 * @param profile how thoroughly, or null if unknown
 * @param device part of the name of an OpenCL device, or null for the first
 * @param rows everything planned
 * @param skipped what could not be planned here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Intent(String profile, String device, List<Row> rows, List<Skipped> skipped) {
    /** No plan was kept. */
    static final Intent UNKNOWN = new Intent(null, null, List.of(), List.of());

    /** Copies the lists; absent ones are empty. */
    public Intent {
        rows = rows == null ? List.of() : List.copyOf(rows);
        skipped = skipped == null ? List.of() : List.copyOf(skipped);
    }
}
