package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A row that could not be measured.
 *
 * @param error what went wrong, in one line
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Failure(Intent.Row row, String error) {}
