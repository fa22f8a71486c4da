package org.convmark.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Stack;
import org.convmark.model.Workload;

/**
 * A workload with its extents, as a user names it.
 *
 * @param extents the value of each extent that the workload has, in its order
 */
public record Form(Workload workload, Map<String, Integer> extents) {
    private static final Map<String, Integer> USUAL = Map.of("depth", 1, "width", 64, "image", 56, "batch", 1);
    /** Layers and channels of no network that anybody runs; more would only fill the memory. */
    private static final Map<String, Integer> MOST =
            Map.of("depth", Stack.MOST_DEPTH, "width", 1 << 16, "image", 1 << 16, "batch", 1 << 16);

    /**
     * Parses {@code name=value} for the workload's extents.
     *
     * @param name of a pattern, block, operator or network, in any case
     * @throws InputError if there is no such workload, or a value is not allowed
     */
    public static Form of(String name, List<String> settings) {
        List<String> names = Workload.all().stream().map(Workload::name).toList();
        String known = new Known("pattern, block, operator or network", names).require(name.toUpperCase(Locale.ROOT));
        Workload workload = Workload.all().get(names.indexOf(known));
        List<String> all = new ArrayList<>();
        workload.extents().forEach(extent -> all.add(extent + "=" + usual(workload, extent)));
        all.addAll(settings);
        Parameters parameters = new Parameters(all);
        settings.stream()
                .map(setting -> setting.substring(0, setting.indexOf('=')))
                .filter(setting -> !workload.extents().contains(setting))
                .findFirst()
                .ifPresent(setting -> {
                    throw new InputError("-p " + setting + " says nothing about the form of " + workload.name()
                            + ": give " + String.join(", ", workload.extents()) + ".");
                });
        Map<String, Integer> extents = new LinkedHashMap<>();
        workload.extents().forEach(extent -> extents.put(extent, value(parameters, extent)));
        Form form = new Form(workload, extents);
        form.graph();
        return form;
    }

    private static int usual(Workload workload, String extent) {
        return extent.equals("image") && workload instanceof Network network ? network.image() : USUAL.get(extent);
    }

    private static int value(Parameters parameters, String extent) {
        List<String> values = parameters.get(extent, List.of());
        if (values.size() > 1) {
            throw new InputError("-p " + extent + " takes one value here, not " + String.join(",", values) + ".");
        }
        long value = Long.parseLong(values.get(0));
        if (value > MOST.get(extent)) {
            throw new InputError(extent + "=" + value + " is too large: the most is " + MOST.get(extent) + ".");
        }
        return (int) value;
    }

    /**
     * Its unfused graph.
     *
     * @throws InputError if layers do not fit these extents
     */
    public Graph graph() {
        try {
            return workload.graph(extents::get);
        } catch (IllegalArgumentException e) {
            throw new InputError(this + " is no network (" + e.getMessage() + "): choose other extents.");
        }
    }

    /** {@code MBCONV, depth 1, width 64, image 56, batch 1}. */
    @Override
    public String toString() {
        return extents.entrySet().stream()
                .map(extent -> ", " + extent.getKey() + " " + extent.getValue())
                .collect(Collectors.joining("", workload.name(), ""));
    }
}
