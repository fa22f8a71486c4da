package org.convmark.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * The size of a workload.
 *
 * @param values value of each extent that it has; a network has neither depth nor width
 */
public record Extents(Map<Parameter, Integer> values) implements Comparable<Extents> {
    /** By depth, then width, image and batch; a missing depth or width comes first. */
    private static final Comparator<Extents> ORDER = Arrays.stream(Parameter.values())
            .map(extent -> Comparator.<Extents>comparingInt(extents -> extents.values.getOrDefault(extent, 0)))
            .reduce(Comparator::thenComparing)
            .orElseThrow();

    /** Copies the values. */
    public Extents {
        EnumMap<Parameter, Integer> copy = new EnumMap<>(Parameter.class);
        copy.putAll(values);
        values = Collections.unmodifiableMap(copy);
    }

    /** Extents of a stack. */
    public Extents(int depth, int width, int image, int batch) {
        this(Map.of(Parameter.DEPTH, depth, Parameter.WIDTH, width, Parameter.IMAGE, image, Parameter.BATCH, batch));
    }

    /** Extents of a network. */
    public Extents(int image, int batch) {
        this(Map.of(Parameter.IMAGE, image, Parameter.BATCH, batch));
    }

    /** The extents that it has. */
    public Set<Parameter> names() {
        return values.keySet();
    }

    /** @throws IllegalArgumentException if it has no such extent */
    public int get(Parameter extent) {
        Integer value = values.get(extent);
        if (value == null) {
            throw new IllegalArgumentException("there is no " + extent.key() + " here");
        }
        return value;
    }

    /** The value for a reader; "" for an extent that it does not have. */
    public String text(Parameter extent) {
        return values.containsKey(extent) ? values.get(extent).toString() : "";
    }

    /** The same with another value of one extent. */
    public Extents with(Parameter extent, int value) {
        EnumMap<Parameter, Integer> others = new EnumMap<>(Parameter.class);
        others.putAll(values);
        others.put(extent, value);
        return new Extents(others);
    }

    @Override
    public int compareTo(Extents that) {
        return ORDER.compare(this, that);
    }
}
