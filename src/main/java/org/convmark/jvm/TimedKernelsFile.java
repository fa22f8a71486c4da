package org.convmark.jvm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.convmark.kernel.KernelChoices;

/**
 * What the forks of a run know of the kernels that they timed: {@link TimedKernels}, read and written at each question.
 *
 * @param path of the file
 * @param row that is measured
 */
public record TimedKernelsFile(String path, String row) implements KernelChoices {
    private static final System.Logger LOG = System.getLogger(TimedKernelsFile.class.getName());

    @Override
    public List<Trial> trials(String device, String layer) {
        Optional<TimedKernels> file = of(device);
        Optional<TimedKernels.Layer> known = file.flatMap(all -> all.layer(layer));
        known.filter(timed -> !timed.rows().contains(row))
                .ifPresent(timed -> file.get().with(timed, row).write(Path.of(path)));
        return known.map(TimedKernels.Layer::trials).orElse(List.of());
    }

    @Override
    public void add(String device, String layer, List<Trial> trials) {
        of(device)
                .orElseGet(() -> new TimedKernels(device, List.of()))
                .with(new TimedKernels.Layer(layer, List.of(), trials), row)
                .write(Path.of(path));
    }

    /** What was timed on a device; what another device or driver was timed with says nothing of it. */
    private Optional<TimedKernels> of(String device) {
        try {
            Optional<TimedKernels> file = TimedKernels.read(Path.of(path));
            file.filter(all -> !all.device().equals(device))
                    .ifPresent(all -> LOG.log(
                            System.Logger.Level.WARNING,
                            path + " was timed on " + all.device() + ", and this is " + device
                                    + ": kernels are timed anew."));
            return file.filter(all -> all.device().equals(device));
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage() + " Kernels are timed anew.");
            return Optional.empty();
        }
    }
}
