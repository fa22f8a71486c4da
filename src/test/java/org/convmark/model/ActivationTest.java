package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Activations at points with known values. */
class ActivationTest {
    @ParameterizedTest
    @CsvSource({
        "RELU, -2, 0",
        "RELU, 2.5, 2.5",
        "RELU6, -1, 0",
        "RELU6, 3, 3",
        "RELU6, 7, 6",
        "ELU, 2, 2",
        "ELU, -1, -0.6321205588285577",
        "ELU, -800, -1",
        "SELU, 2, 2.101401974710961",
        "SELU, -1, -1.1113307378125625",
        "TANH, 0.5, 0.46211715726000976",
        "TANH, -800, -1",
        "GELU_TANH, 1, 0.8411919906082768",
        "GELU_TANH, -3, -0.003637392",
        "GELU_TANH, 40, 40",
        "SIGMOID, 0, 0.5",
        "SIGMOID, 1, 0.7310585786300049",
        "SIGMOID, -1, 0.2689414213699951",
        "SIGMOID, -800, 0",
        "SIGMOID, 800, 1",
        "HARD_SIGMOID, -4, 0",
        "HARD_SIGMOID, 0, 0.5",
        "HARD_SIGMOID, 4, 1",
        "HARD_SWISH, -3, 0",
        "HARD_SWISH, 1.5, 1.125",
        "HARD_SWISH, 7, 7",
        "SILU, 0, 0",
        "SILU, 1, 0.7310585786300049",
        "SILU, -1, -0.2689414213699951",
        "SILU, -800, 0",
        "GELU, 0, 0",
        "GELU, 1, 0.8413447460685429",
        "GELU, -1, -0.15865525393145707",
        "GELU, 2, 1.9544997361036416",
        "GELU, -3, -0.0040496940948984",
        "GELU, 40, 40",
        "GELU, -40, 0"
    })
    void knownValues(Activation function, double x, double y) {
        assertEquals(y, function.apply(x), 2e-7 * Math.max(1e-3, Math.abs(y)));
    }
}
