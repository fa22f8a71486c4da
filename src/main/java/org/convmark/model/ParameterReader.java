package org.convmark.model;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads parameters from text; parameters left unread are refused at the end. */
final class ParameterReader {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final Map<String, String> left;

    ParameterReader(Map<String, String> params) {
        this.left = new TreeMap<>(params);
    }

    boolean has(Parameter parameter) {
        return left.containsKey(parameter.key());
    }

    private String take(Parameter parameter) {
        String value = left.remove(parameter.key());
        if (value == null) {
            throw new IllegalArgumentException("it has no " + parameter.key());
        }
        return value;
    }

    AxisPoint point(Parameter parameter) {
        return AxisPoint.of(take(parameter));
    }

    int number(Parameter parameter) {
        long size = size(parameter);
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(parameter.key() + "=" + size + " is too large");
        }
        return (int) size;
    }

    long size(Parameter parameter) {
        String value = take(parameter);
        if (!NUMBER.matcher(value).matches()) {
            throw new IllegalArgumentException(parameter.key() + "=" + value + " is not a whole number");
        }
        return Long.parseLong(value);
    }

    <E extends Enum<E>> E constant(Parameter parameter, Class<E> type) {
        String value = take(parameter);
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + parameter.key() + " " + value
                        + ", only "
                        + Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    void requireAllRead() {
        left.forEach((name, value) -> {
            throw new IllegalArgumentException("there is no parameter " + name + " (" + value + ") here");
        });
    }
}
