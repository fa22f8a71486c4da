package org.convmark.kernel;

import java.util.List;

/** Remembers which of several kernels a device runs fastest, so that one fork of a run times them for all. */
public interface KernelChoices {
    /**
     * A kernel that was timed.
     *
     * @param kernel what tells it from the others, in words
     * @param cycles predicted by a model of the device
     * @param micros its fastest pass by the device's clock
     */
    record Trial(String kernel, double cycles, double micros) {}

    /**
     * What was timed before.
     *
     * @param device in words, with its driver
     * @param layer what the kernels compute, in words
     * @return fastest first; empty if nothing was timed
     */
    List<Trial> trials(String device, String layer);

    /** Remembers what was timed, fastest first. */
    void add(String device, String layer, List<Trial> trials);
}
