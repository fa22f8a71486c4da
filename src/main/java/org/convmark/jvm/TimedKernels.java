package org.convmark.jvm;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.io.AtomicFile;
import org.convmark.io.FileErrors;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;
import org.convmark.kernel.KernelChoices.Trial;

/**
 * The file {@code opencl-kernels.json} of a run: the kernels that were timed on its device, layer by layer.
 *
 * @param device in words, with its driver
 * @param layers in the order in which they were first timed
 */
public record TimedKernels(
        @JsonProperty(required = true) String device,
        @JsonProperty(required = true) List<Layer> layers) {
    /** The name of the file in a run's folder. */
    public static final String NAME = "opencl-kernels.json";

    /**
     * What was timed for a layer, or for the layers of a block.
     *
     * @param layer in words
     * @param rows that run the fastest kernel
     * @param trials fastest first
     */
    public record Layer(
            @JsonProperty(required = true) String layer,
            @JsonProperty(required = true) List<String> rows,
            @JsonProperty(required = true) List<Trial> trials) {
        /** Copies the lists; refuses a layer without a trial. */
        public Layer {
            rows = List.copyOf(rows);
            trials = List.copyOf(trials);
            if (trials.isEmpty()) {
                throw new IllegalArgumentException("a layer has no kernel");
            }
        }

        /** The kernel that runs. */
        public String fastest() {
            return trials.get(0).kernel();
        }

        /** Time of the kernel that runs, in microseconds. */
        public double micros() {
            return trials.get(0).micros();
        }

        /** The kernel that the model of launches would have run. */
        public String predicted() {
            return byModel().kernel();
        }

        /** Its time, in microseconds. */
        public double predictedMicros() {
            return byModel().micros();
        }

        /** Kernels that were timed. */
        public int timed() {
            return trials.size();
        }

        private Trial byModel() {
            return trials.stream()
                    .min(Comparator.comparingDouble(Trial::cycles))
                    .orElseThrow();
        }

        private Layer of(String row) {
            return rows.contains(row)
                    ? this
                    : new Layer(
                            layer, Stream.concat(rows.stream(), Stream.of(row)).toList(), trials);
        }
    }

    /** Copies the list. */
    public TimedKernels {
        layers = List.copyOf(layers);
    }

    /**
     * Reads the file; empty if it does not exist.
     *
     * @throws IllegalArgumentException with one sentence if it is damaged
     */
    public static Optional<TimedKernels> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.value(TextFile.read(file), TimedKernels.class));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is damaged (" + JsonErrors.of(e) + "): delete it.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read (" + FileErrors.reason(e) + "): check its permissions.", e);
        }
    }

    /** The layer of this name; empty if it was not timed. */
    Optional<Layer> layer(String name) {
        return layers.stream().filter(known -> known.layer().equals(name)).findFirst();
    }

    /** The same with a row that runs a layer, which replaces an older one of its name. */
    TimedKernels with(Layer layer, String row) {
        Layer more = layer.of(row);
        return layer(layer.layer()).isPresent()
                ? new TimedKernels(
                        device,
                        layers.stream()
                                .map(known -> known.layer().equals(layer.layer()) ? more : known)
                                .toList())
                : new TimedKernels(
                        device, Stream.concat(layers.stream(), Stream.of(more)).toList());
    }

    /**
     * Writes the file.
     *
     * @throws IllegalStateException with one sentence if it cannot be written
     */
    void write(Path file) {
        try {
            new AtomicFile(file)
                    .write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this));
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
