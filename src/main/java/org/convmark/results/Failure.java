package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A row that could not be measured, or whose result cannot be used.
 *
 * @param error what went wrong, in one line
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Failure(Intent.Row row, String error) {}
