package org.convmark.jvm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.kernel.VectorLength;
import org.convmark.model.Caches;

/**
 * The settings that a fork must run with, so that it measures exactly what was planned. Passed to the fork as JSON in one system
 * property. Absent parts take their defaults, and a JVM started by plain JMH does not need the property.
 *
 * <p>JMH keeps the arguments of forks in its results, but alters some texts with an ampersand and drops control characters. The property
 * contains neither, so that the contract can be read back from a result.
 *
 * @param arguments the user's JVM arguments, or null if only JMH knows them
 * @param overrides the user's overrides of the suite's choices
 * @param expected what the engine must report that it runs on, or null to accept anything
 * @param device an OpenCL device as {@link org.convmark.kernel.opencl.OpenClDevices} finds it by name, or null for the best
 * @param caches sizes that fused blocks are planned for
 * @param warmUpMillis time limit of the warm-up
 * @param vectorBits vector length, chosen by the user or by the suite for this row, or null for the JVM's preferred length
 * @param dump where OpenCL writes the programs that it builds, or null
 * @param kernels where OpenCL's kernels that were timed are remembered, or null to choose them by a model
 */
public record ForkContract(
        List<String> arguments,
        Overrides overrides,
        EngineId expected,
        String device,
        Caches caches,
        Integer warmUpMillis,
        Integer vectorBits,
        ProgramDump dump,
        TimedKernelsFile kernels) {
    /** The system property. */
    public static final String PROPERTY = "convmark.fork";

    /** The contract of a fork that was given none. */
    public static final ForkContract USUAL = new ForkContract(null, null, null, null, null, null, null, null, null);

    private static final int USUAL_WARM_UP = 30_000;

    /** That of this JVM, or null before it was first asked for. */
    private static ForkContract current;

    private static final String ARGUMENT = "-D" + PROPERTY + "=";

    /** Unquoted names can be typed on a command line without escaping. */
    private static final JsonMapper JSON = Json.MAPPER
            .rebuild()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** Replaces absent parts by their defaults. */
    public ForkContract {
        arguments = arguments == null ? null : List.copyOf(arguments);
        overrides = Objects.requireNonNullElse(overrides, Overrides.NONE);
        caches = Objects.requireNonNullElse(caches, Caches.TYPICAL);
        warmUpMillis = Objects.requireNonNullElse(warmUpMillis, USUAL_WARM_UP);
    }

    /**
     * The contract of this JVM, which is read once.
     *
     * @throws IllegalArgumentException with one sentence if the property cannot be understood
     */
    public static synchronized ForkContract current() {
        if (current == null) {
            String text = System.getProperty(PROPERTY);
            current = text == null ? USUAL : parse(text);
        }
        return current;
    }

    /**
     * The contract among a fork's arguments.
     *
     * @throws IllegalArgumentException with one sentence if the property cannot be understood
     */
    static Optional<ForkContract> among(List<String> jvmArgs) {
        return jvmArgs.stream()
                .filter(argument -> argument.startsWith(ARGUMENT))
                .map(argument -> parse(argument.substring(ARGUMENT.length())))
                .reduce((first, second) -> second);
    }

    private static ForkContract parse(String text) {
        try {
            ForkContract contract = JSON.readValue(text, ForkContract.class);
            if (contract != null) {
                return contract;
            }
        } catch (JsonProcessingException e) {
            throw notUnderstood(text, JsonErrors.complaint(e), e);
        }
        throw notUnderstood(text, "it is empty", null);
    }

    private static IllegalArgumentException notUnderstood(String text, String why, Exception cause) {
        return new IllegalArgumentException(
                PROPERTY + " is " + text + ", which this version of Convmark does not understand: " + why, cause);
    }

    private String text() {
        try {
            return JSON.writeValueAsString(this).replace("&", "\\u0026").replace("\u007f", "\\u007f");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The JVM arguments that pass this contract to a fork. The vector length also has a property of its own, because compilers need it as
     * a constant.
     */
    public List<String> properties() {
        List<String> properties = new ArrayList<>(List.of(ARGUMENT + text()));
        if (vectorBits != null) {
            properties.add("-D" + VectorLength.BITS + "=" + vectorBits);
        }
        return properties;
    }

    /** The same as separate properties, for comparing with a build that predates contracts. */
    public List<String> formerProperties() {
        List<String> properties = new ArrayList<>(overrides.properties());
        properties.add("-Dconvmark.warmup=" + warmUpMillis);
        properties.add("-Dconvmark.caches=" + caches.l1() + "," + caches.l2() + "," + caches.l3());
        if (expected != null) {
            properties.add("-Dconvmark.expect=" + expected);
        }
        if (vectorBits != null) {
            properties.add("-D" + VectorLength.BITS + "=" + vectorBits);
        }
        if (device != null) {
            properties.add("-Dconvmark.device=" + device);
        }
        return properties;
    }
}
