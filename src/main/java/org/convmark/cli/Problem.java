package org.convmark.cli;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.model.AxisPoint;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Parameter;
import org.convmark.model.Workload;
import org.convmark.run.Parameters;

/** A workload with its extents, as a user names it. */
public record Problem(Case.Problem problem) {
    private static final Extents USUAL = new Extents(1, 64, 56, 1);
    /** More channels, rows or images than any network in use; larger values would only fill the memory. */
    private static final long MOST = 1 << 16;

    /**
     * Parses {@code name=value} for the workload's extents.
     *
     * @param name of a pattern, block, operator or network, in any case
     * @throws InputError if there is no such workload, or a value is not allowed
     */
    public static Problem of(String name, List<String> settings) {
        Workload workload = Choices.pick(
                "pattern, block, operator or network", Workload.all(), Workload::name, name.toUpperCase(Locale.ROOT));
        Parameters parameters = new Parameters(settings);
        parameters.chosen().stream()
                .filter(parameter ->
                        parameter != Parameter.AXIS && !workload.extents().contains(parameter))
                .findFirst()
                .ifPresent(parameter -> {
                    throw new InputError("-p " + parameter.key() + " does not change the shape of "
                            + workload.name() + ": give "
                            + workload.extents().stream().map(Parameter::key).collect(Collectors.joining(", "))
                            + " or axis.");
                });
        Map<Parameter, Integer> extents = new EnumMap<>(Parameter.class);
        workload.extents().forEach(extent -> extents.put(extent, value(parameters, workload, extent)));
        Problem form = new Problem(new Case.Problem(workload, new Extents(extents), axis(parameters)));
        form.requireCountable();
        return form;
    }

    private static AxisPoint axis(Parameters parameters) {
        return AxisPoint.of(one(Parameter.AXIS, parameters.get(Parameter.AXIS, List.of(AxisPoint.NONE.toString()))));
    }

    private static int usual(Workload workload, Parameter extent) {
        return extent == Parameter.IMAGE && workload instanceof Network network ? network.image() : USUAL.get(extent);
    }

    private static int value(Parameters parameters, Workload workload, Parameter extent) {
        List<String> values = parameters.get(extent, List.of(String.valueOf(usual(workload, extent))));
        long value = Long.parseLong(one(extent, values));
        long most = Math.min(MOST, extent.most());
        if (value > most) {
            throw new InputError(extent.key() + "=" + value + " is too large: the most is " + most + ".");
        }
        return (int) value;
    }

    private static String one(Parameter parameter, List<String> values) {
        if (values.size() > 1) {
            throw new InputError(
                    "-p " + parameter.key() + " takes one value here, not " + String.join(",", values) + ".");
        }
        return values.get(0);
    }

    /**
     * Its unfused graph.
     *
     * @throws InputError if layers do not fit these extents
     */
    public Graph graph() {
        try {
            return problem.graph();
        } catch (IllegalArgumentException e) {
            throw new InputError(this + " is not a valid network (" + e.getMessage() + "): choose other extents.");
        }
    }

    private void requireCountable() {
        try {
            graph().cost();
        } catch (ArithmeticException e) {
            throw new InputError(this + " has more bytes or operations than 63 bits count: choose smaller extents.");
        }
    }

    private String axis() {
        return problem.axis().isNone() ? "" : ", axis " + problem.axis();
    }

    /** {@code MBCONV, depth 1, width 64, image 56, batch 1}. */
    @Override
    public String toString() {
        return problem.extents().values().entrySet().stream()
                .map(extent -> ", " + extent.getKey().key() + " " + extent.getValue())
                .collect(Collectors.joining("", problem.workload().name(), axis()));
    }
}
