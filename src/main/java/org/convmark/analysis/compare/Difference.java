package org.convmark.analysis.compare;

/**
 * Something that differs between the two sides.
 *
 * @param name what it is, in words
 */
public record Difference(String name, String base, String candidate) {
    @Override
    public String toString() {
        return name + " (" + base + " against " + candidate + ")";
    }
}
