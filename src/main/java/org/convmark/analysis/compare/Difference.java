package org.convmark.analysis.compare;

/**
 * Something that is not alike on the two sides.
 *
 * @param name what it is, in words
 */
public record Difference(String name, String base, String candidate) {
    @Override
    public String toString() {
        return name + " (" + base + " against " + candidate + ")";
    }
}
