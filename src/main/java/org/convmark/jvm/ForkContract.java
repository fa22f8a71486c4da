package org.convmark.jvm;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.convmark.io.JsonErrors;
import org.convmark.kernel.VectorLength;
import org.convmark.model.Caches;

/**
 * What a fork must be, so that it never measures another thing than the plan says. It travels as one system property, as JSON; a part that is
 * absent has its usual value, and a JVM that plain JMH starts need not have the property at all.
 *
 * <p>JMH keeps the arguments of forks in its results, but changes some texts with an ampersand and drops control characters. Neither is in the
 * property, so that identity can be read back from it.
 *
 * @param arguments that the user chose for the JVM, or null where JMH alone knows them
 * @param overrides what the user set in place of the suite's own choices
 * @param expected what the engine must answer when it is asked what it runs on, or null for anything
 * @param device part of the name of an OpenCL device, or null for the first
 * @param caches that fused blocks are planned for
 * @param warmUpMillis longest warm-up
 * @param vectorBits length of vectors, the user's choice or the suite's for this row, or null for what the JVM prefers
 */
public record ForkContract(
        List<String> arguments,
        Overrides overrides,
        String expected,
        String device,
        Caches caches,
        Integer warmUpMillis,
        Integer vectorBits) {
    /** The system property. */
    public static final String PROPERTY = "convmark.fork";

    /** What a fork measures with that was told nothing. */
    public static final ForkContract USUAL = new ForkContract(null, null, null, null, null, null, null);

    private static final int USUAL_WARM_UP = 30_000;

    private static final String ARGUMENT = "-D" + PROPERTY + "=";

    /** Names without quotes save whoever writes one by hand from two shells' rules. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** Puts what is usual in place of what is absent. */
    public ForkContract {
        arguments = arguments == null ? null : List.copyOf(arguments);
        overrides = Objects.requireNonNullElse(overrides, Overrides.NONE);
        caches = Objects.requireNonNullElse(caches, Caches.TYPICAL);
        warmUpMillis = Objects.requireNonNullElse(warmUpMillis, USUAL_WARM_UP);
    }

    /**
     * That of this JVM.
     *
     * @throws IllegalArgumentException with one sentence if the property holds something else
     */
    public static ForkContract current() {
        String text = System.getProperty(PROPERTY);
        return text == null ? USUAL : parse(text);
    }

    /**
     * That of a fork, as its arguments have it.
     *
     * @throws IllegalArgumentException with one sentence if the property holds something else
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
        throw notUnderstood(text, "it holds nothing", null);
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

    /** The arguments that tell a fork; kernels read the length of vectors alone, because compilers need it as a constant. */
    public List<String> properties() {
        List<String> properties = new ArrayList<>(List.of(ARGUMENT + text()));
        if (vectorBits != null) {
            properties.add("-D" + VectorLength.BITS + "=" + vectorBits);
        }
        return properties;
    }

    /** The same for a program that is older than contracts, in a comparison with one. */
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
