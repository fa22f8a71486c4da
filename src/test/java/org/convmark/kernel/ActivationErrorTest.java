package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.convmark.model.Activation;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The largest absolute error of every activation on every target of this project, against double precision, on -12 to 12. */
class ActivationErrorTest {
    @TestFactory
    Stream<DynamicNode> errors() {
        Comparison comparison = new Comparison(1);
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Activation function : Activation.values()) {
            bodies.put(function.name(), target -> {
                assumeFalse(target.isPeer(), "the arithmetic of others is not ours to bound");
                double error = ActivationError.of(comparison.open(target), function);
                assertTrue(error <= bound(function), "error of " + function + " on " + target + ": " + error);
            });
        }
        return comparison.onEveryTarget(bodies);
    }

    private static double bound(Activation function) {
        return switch (function) {
            case RELU, RELU6 -> 0;
            case ELU -> 6.5e-8;
            case SELU -> 9e-7;
            case TANH -> 3e-7;
            case GELU_TANH -> 1.1e-6;
            case SIGMOID, HARD_SIGMOID -> 9e-8;
            case GELU -> 1.1e-6;
            default -> 1.2e-6;
        };
    }
}
