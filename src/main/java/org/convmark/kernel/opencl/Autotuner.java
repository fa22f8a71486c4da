package org.convmark.kernel.opencl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.convmark.kernel.DeviceTimes;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.KernelChoices;
import org.convmark.kernel.KernelChoices.Trial;

/**
 * Chooses among kernels that compute the same: the first that the model of launches proposes, or the fastest of its first few by the
 * clock of the device.
 */
final class Autotuner {
    /** Property that times kernels on a CPU, too, where the model knows little and a pass is long. */
    static final String EVERYWHERE = "convmark.opencl.tune.everywhere";

    private static final System.Logger LOG = System.getLogger(Autotuner.class.getName());

    /** Kernels that are timed; each costs a build. */
    private static final int TIMED = 5;

    /** Predicted times over the least beyond which a kernel is not worth its build. */
    private static final double HOPELESS = 3;

    private static final int PASSES = 7;

    private final Cl cl;
    private final Optional<KernelChoices> choices;

    /**
     * A kernel, or several, that are not bound yet.
     *
     * @param words what tells it from the others
     * @param cycles predicted
     * @param prediction in words
     * @param fits whether the device advises to run it, now that it is built
     */
    record Variant(
            String words, double cycles, Supplier<String> prediction, BooleanSupplier fits, Supplier<Kernel> bind) {}

    /** @param choices null to trust the model */
    Autotuner(Cl cl, KernelChoices choices) {
        this.cl = cl;
        this.choices = Optional.ofNullable(choices)
                .filter(some -> cl.info().type() != DeviceInfo.Type.CPU || Boolean.getBoolean(EVERYWHERE));
    }

    /**
     * The kernel to use.
     *
     * @param layer what all of them compute, in words
     * @param variants in the order of the model
     */
    Variant choose(String layer, List<Variant> variants) {
        Variant variant = choices.flatMap(known -> fastest(known, layer, variants))
                .orElseGet(() -> variants.stream()
                        .filter(some -> some.fits().getAsBoolean())
                        .findFirst()
                        .orElse(variants.get(0)));
        LOG.log(
                System.Logger.Level.DEBUG,
                () -> layer + ": " + variant.words() + ", "
                        + variant.prediction().get());
        return variant;
    }

    private Optional<Variant> fastest(KernelChoices known, String layer, List<Variant> variants) {
        DeviceInfo info = cl.info();
        String device = info.name() + " (" + info.platform() + ", driver " + info.driver() + ", " + cl.units()
                + " compute units)";
        List<Trial> trials = known.trials(device, layer);
        if (trials.isEmpty()) {
            trials = cl.scratch(() -> race(variants));
            if (trials.isEmpty()) {
                return Optional.empty();
            }
            known.add(device, layer, trials);
        }
        String best = trials.get(0).kernel();
        return variants.stream().filter(some -> some.words().equals(best)).findFirst();
    }

    /** Passes in turn, so that a clock that rises favours none; empty if the device has no clock. */
    private List<Trial> race(List<Variant> variants) {
        double least = variants.stream().mapToDouble(Variant::cycles).min().orElseThrow();
        Map<Variant, Kernel> bound = new LinkedHashMap<>();
        for (Variant variant : variants) {
            if (bound.size() < TIMED && variant.cycles() <= HOPELESS * least) {
                bind(variant).ifPresent(kernel -> bound.put(variant, kernel));
            }
        }
        Map<Variant, Long> nanos = new LinkedHashMap<>();
        for (int pass = 0; pass < PASSES; pass++) {
            bound.forEach((variant, kernel) ->
                    time(kernel).ifPresent(times -> nanos.merge(variant, times.spanNanos(), Math::min)));
        }
        List<Trial> trials = new ArrayList<>();
        nanos.forEach((variant, time) -> trials.add(new Trial(variant.words(), variant.cycles(), time / 1e3)));
        trials.sort(Comparator.comparingDouble(Trial::micros));
        return trials;
    }

    /** A kernel that ran once; empty if it cannot be built or run, which costs only itself. */
    private Optional<Kernel> bind(Variant variant) {
        try {
            if (!variant.fits().getAsBoolean()) {
                return Optional.empty();
            }
            Kernel kernel = variant.bind().get();
            kernel.run(0, 1);
            cl.finish();
            return Optional.of(kernel);
        } catch (IllegalStateException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    variant.words() + " is not used: "
                            + e.getMessage().lines().findFirst().orElseThrow());
            return Optional.empty();
        }
    }

    private Optional<DeviceTimes> time(Kernel kernel) {
        return cl.times(() -> {
            kernel.run(0, 1);
            cl.finish();
        });
    }
}
