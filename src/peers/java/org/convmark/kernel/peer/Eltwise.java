package org.convmark.kernel.peer;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.post_ops;
import org.convmark.model.Activation;

/**
 * One element-wise operation of oneDNN.
 *
 * @param algorithm the library's number for it
 * @param alpha as {@link Activation.OneDnn} says; so is beta
 */
record Eltwise(int algorithm, float alpha, float beta) {
    /** What an activation is made of, in order; nothing for null. */
    static List<Eltwise> of(Activation function) {
        return function == null
                ? List.of()
                : function.oneDnn().stream().map(Eltwise::of).toList();
    }

    private static Eltwise of(Activation.OneDnn part) {
        return new Eltwise(number("dnnl_eltwise_" + part.name()), (float) part.alpha(), (float) part.beta());
    }

    private static int number(String constant) {
        try {
            return dnnl.class.getField(constant).getInt(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("oneDNN has no " + constant, e);
        }
    }

    void appendTo(post_ops ops) {
        ops.append_eltwise(algorithm, alpha, beta);
    }
}
