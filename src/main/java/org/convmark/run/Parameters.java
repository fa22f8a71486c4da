package org.convmark.run;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Stack;
import org.convmark.model.Target;

/** Values that the user chose for benchmark parameters, in place of the profile's; each is checked by itself. */
public final class Parameters {
    private static final Known NAMES = new Known(
            "parameter",
            List.of(
                    "depth",
                    "width",
                    "target",
                    "fusion",
                    "algorithm",
                    "image",
                    "batch",
                    "workers",
                    "loop",
                    "bytes",
                    "flops"));
    private static final Known LOOPS = new Known("loop", List.of("READ", "COPY", "TRIAD"));

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /**
     * Parses {@code name=v1,v2}.
     *
     * @throws InputError if a name or a value is not allowed
     */
    public Parameters(List<String> settings) {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1 || equals == setting.length() - 1) {
                throw new InputError("-p takes name=value or name=value,value, not '" + setting + "'.");
            }
            String name = NAMES.require(setting.substring(0, equals));
            List<String> list = Stream.of(setting.substring(equals + 1).split(",", -1))
                    .map(String::strip)
                    .distinct()
                    .toList();
            list.forEach(value -> check(name, value));
            values.put(name, list);
        }
    }

    /** The chosen values, or others if none were. */
    List<String> get(String name, List<String> otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    boolean chosen(String name) {
        return values.containsKey(name);
    }

    private static void check(String name, String value) {
        switch (name) {
            case "target" -> Known.of("target", Target.class).require(value);
            case "fusion" -> Known.of("fusion", Fusion.class).require(value);
            case "algorithm" -> Known.of("algorithm", Algorithm.class).require(value);
            case "loop" -> LOOPS.require(value);
            case "depth" -> number(name, value, 1, Stack.MOST_DEPTH);
            case "bytes" -> number(name, value, 1 << 10, 1L << 40);
            case "flops" -> number(name, value, 1_000_000, 1L << 36);
            case "workers" -> number(name, value, 0, 1 << 10);
            default -> number(name, value, 1, Long.MAX_VALUE);
        }
    }

    private static void number(String name, String value, long least, long most) {
        if (!value.matches("[+-]?\\d+")) {
            throw new InputError(name + "='" + value + "' is not a whole number: give one from " + least + " on.");
        }
        BigInteger number = new BigInteger(value);
        if (number.compareTo(BigInteger.valueOf(least)) < 0) {
            throw new InputError(name + "=" + value + " is too small: the least is " + least + ".");
        }
        if (number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new InputError(name + "=" + value + " is too large: the most is " + most + ".");
        }
    }
}
