package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.convmark.model.Block;
import org.convmark.model.Pattern;
import org.convmark.model.Stack;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorLengthTest {
    /** As measured with both lengths on a machine that does them equally fast (docs/log/vector-length.md). */
    @ParameterizedTest
    @CsvSource({
        "NAS_CELL, 32, true",
        "RESNET_BOTTLENECK, 32, true",
        "FIRE, 32, true",
        "DENSE, 32, true",
        "RESNEXT, 32, true",
        "PLAIN, 32, false",
        "BOTTLENECK, 32, false",
        "DEPTHWISE_SEPARABLE, 32, false",
        "MBCONV, 32, false",
        "CONVNEXT, 32, false",
        "RESNET_BASIC, 64, false",
        "FFN, 8, true"
    })
    void channelsThatDoNotFillLongVectorsWantShortOnes(String name, int width, boolean isShort) {
        assertEquals(isShort, VectorLength.isShortBetter(stack(name).graph(2, width, 56, 1)));
    }

    private static Stack stack(String name) {
        for (Pattern pattern : Pattern.values()) {
            if (pattern.name().equals(name)) {
                return pattern;
            }
        }
        return Block.valueOf(name);
    }
}
