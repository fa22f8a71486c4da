package org.convmark.run;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.convmark.model.Graph;
import org.convmark.model.Workload;

/** A workload with its extents, as a user names it. */
public record Form(Workload workload, int depth, int width, int image, int batch) {
    private static final List<String> EXTENTS = List.of("depth", "width", "image", "batch");
    private static final List<String> USUAL = List.of("depth=1", "width=64", "image=56", "batch=1");
    /** Layers and channels of no network that anybody runs; more would only fill the memory. */
    private static final int MOST = 1 << 16;

    /**
     * Parses {@code name=value} for depth, width, image, batch.
     *
     * @param name of a pattern, block or operator, in any case
     * @throws InputError if there is no such workload, or a value is not allowed
     */
    public static Form of(String name, List<String> settings) {
        List<String> names = Workload.all().stream().map(Workload::name).toList();
        String known = new Known("pattern, block or operator", names).require(name.toUpperCase(Locale.ROOT));
        Workload workload = Workload.all().get(names.indexOf(known));
        Parameters parameters =
                new Parameters(Stream.concat(USUAL.stream(), settings.stream()).toList());
        settings.stream()
                .map(setting -> setting.substring(0, setting.indexOf('=')))
                .filter(setting -> !EXTENTS.contains(setting))
                .findFirst()
                .ifPresent(setting -> {
                    throw new InputError("-p " + setting + " says nothing about the form of a network: give "
                            + String.join(", ", EXTENTS) + ".");
                });
        Form form = new Form(
                workload,
                extent(parameters, "depth", 1024),
                extent(parameters, "width", MOST),
                extent(parameters, "image", MOST),
                extent(parameters, "batch", MOST));
        form.graph();
        return form;
    }

    private static int extent(Parameters parameters, String name, int most) {
        List<String> values = parameters.get(name, List.of());
        if (values.size() > 1) {
            throw new InputError("-p " + name + " takes one value here, not " + String.join(",", values) + ".");
        }
        long value = Long.parseLong(values.get(0));
        if (value > most) {
            throw new InputError(name + "=" + value + " is too large: the most is " + most + ".");
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
            return workload.graph(depth, width, image, batch);
        } catch (IllegalArgumentException e) {
            throw new InputError(this + " is no network (" + e.getMessage() + "): choose other extents.");
        }
    }

    /** {@code MBCONV, depth 1, width 64, image 56, batch 1}. */
    @Override
    public String toString() {
        return workload.name() + ", depth " + depth + ", width " + width + ", image " + image + ", batch " + batch;
    }
}
