package org.convmark.kernel.peer;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import org.bytedeco.dnnl.post_ops;
import org.convmark.model.Activation;

/**
 * One element-wise operation of oneDNN.
 *
 * @param algorithm the library's name for it
 * @param alpha slope of the negative half of a ReLU, lower limit of a clip, factor in the exponent of a swish, of an ELU's
 *     negative half, slope of a line
 * @param beta upper limit of a clip, height of a line at 0
 */
record Eltwise(int algorithm, float alpha, float beta) {
    /** What an activation is made of, in order; nothing for null. */
    static List<Eltwise> of(Activation function) {
        if (function == null) {
            return List.of();
        }
        Eltwise first =
                switch (function) {
                    case RELU -> new Eltwise(dnnl_eltwise_relu, 0, 0);
                    case RELU6 -> new Eltwise(dnnl_eltwise_clip, 0, 6);
                    case ELU -> new Eltwise(dnnl_eltwise_elu, 1, 0);
                    case SELU -> new Eltwise(dnnl_eltwise_elu, (float) Activation.SELU_ALPHA, 0);
                    case TANH -> new Eltwise(dnnl_eltwise_tanh, 0, 0);
                    case GELU_TANH -> new Eltwise(dnnl_eltwise_gelu_tanh, 0, 0);
                    case SIGMOID -> new Eltwise(dnnl_eltwise_logistic, 0, 0);
                    case SILU -> new Eltwise(dnnl_eltwise_swish, 1, 0);
                    case GELU -> new Eltwise(dnnl_eltwise_gelu_erf, 0, 0);
                    case HARD_SIGMOID -> new Eltwise(dnnl_eltwise_hardsigmoid, 1f / 6, 0.5f);
                    case HARD_SWISH -> new Eltwise(dnnl_eltwise_hardswish, 1f / 6, 0.5f);
                };
        return function == Activation.SELU
                ? List.of(first, new Eltwise(dnnl_eltwise_linear, (float) Activation.SELU_SCALE, 0))
                : List.of(first);
    }

    void appendTo(post_ops ops) {
        ops.append_eltwise(algorithm, alpha, beta);
    }
}
