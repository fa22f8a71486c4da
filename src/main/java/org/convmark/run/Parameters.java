package org.convmark.run;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.model.AxisPoint;
import org.convmark.model.Parameter;

/** The user's values for benchmark parameters, in place of the profile's; each is checked on its own. */
public final class Parameters {
    private final Map<Parameter, List<String>> values = new EnumMap<>(Parameter.class);

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
            Parameter parameter = Choices.pick(
                    "parameter", List.of(Parameter.values()), Parameter::key, setting.substring(0, equals));
            List<String> list = Stream.of(setting.substring(equals + 1).split(",", -1))
                    .map(value -> checked(parameter, value.strip()))
                    .distinct()
                    .toList();
            values.put(parameter, list);
        }
    }

    /** The chosen values, or {@code otherwise} if there are none. */
    public List<String> get(Parameter parameter, List<String> otherwise) {
        return values.getOrDefault(parameter, otherwise);
    }

    /** Parameters with chosen values. */
    public Set<Parameter> chosen() {
        return values.keySet();
    }

    /** The value as it is written in results. */
    private static String checked(Parameter parameter, String value) {
        if (parameter == Parameter.AXIS) {
            return point(value);
        }
        return parameter.words().isEmpty()
                ? number(parameter, value)
                : new Choices(parameter.key(), parameter.words()).require(value);
    }

    private static String point(String value) {
        try {
            return AxisPoint.of(value).toString();
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage() + ".");
        }
    }

    private static String number(Parameter parameter, String value) {
        String name = parameter.key();
        if (!value.matches("[+-]?\\d+")) {
            throw new InputError(
                    name + "='" + value + "' is not a whole number: give one of at least " + parameter.least() + ".");
        }
        BigInteger number = new BigInteger(value);
        if (number.compareTo(BigInteger.valueOf(parameter.least())) < 0) {
            throw new InputError(name + "=" + value + " is too small: the least is " + parameter.least() + ".");
        }
        if (number.compareTo(BigInteger.valueOf(parameter.most())) > 0) {
            throw new InputError(name + "=" + value + " is too large: the most is " + parameter.most() + ".");
        }
        return number.toString();
    }
}
