/*
 * Depthwise convolution on a CPU. An item is some rows of V channels: for each tile of PIXELS columns, over the taps of
 * the filter. The PIXELS sums stay in registers; a step loads one weight vector and multiplies it with PIXELS input
 * vectors from memory. The last tile of a row is moved left to end at the edge.
 * Share of the compute roof beside it, PoCL 3.1, both cores of a shared Zen 3 EPYC (V = 8): 3x3 128@56 63 %, 256@28 46 to
 * 54 %; 7x7 96@56 87 %, 384@14 64 to 67 %.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef PIXELS
#define PIXELS 8
#endif
#ifndef KERNEL
#define KERNEL 3
#endif
#ifndef STRIDE
#define STRIDE 1
#endif
#ifndef DILATION
#define DILATION 1
#endif

#define EACH_RESULT UNROLL for (int t = 0; t < PIXELS; t++)

/* One row; `rows` has the input row under each row of the filter, at its first column. */
void OF_STAGE(depthwise_row)(
        global const float *const *rows, global const float *weights, real bias, global const float *residual,
        global float *out, int width) {
    for (int next = 0; next < width; next += PIXELS) {
        size_t x = min(next, width - PIXELS);
        real sum[PIXELS];
        EACH_RESULT sum[t] = bias;
        global const float *w = weights;
        for (int r = 0; r < KERNEL; r++, w += KERNEL * V) {
            global const float *row = rows[r] + x * (STRIDE * V);
            UNROLL for (int s = 0; s < KERNEL; s++) {
                real weight = FLOATS(w + s * V);
                EACH_RESULT sum[t] = fma(weight, LOAD(row + (t * STRIDE + s * DILATION) * V), sum[t]);
            }
        }
        EACH_RESULT STORE(EPILOGUE(sum[t], residual + (x + t) * V), out + (x + t) * V);
    }
}

#ifndef STAGE
ITEMS kernel void depthwise(
        global const float *in, int4 in_at, global const float *weights, global const float *bias,
        global const float *residual, int4 residual_at, global float *out, int4 out_at, int rows, int height, int width) {
    size_t block = get_global_id(1);
    size_t image = get_global_id(2);
    in = PLANE(in, in_at, block, image);
    residual = PLANE(residual, residual_at, block, image);
    out = PLANE(out, out_at, block, image);
    int end = min(height, (int)(get_global_id(0) + 1) * rows);
    for (int y = get_global_id(0) * rows; y < end; y++) {
        global const float *under[KERNEL];
        for (int r = 0; r < KERNEL; r++)
            under[r] = in + (size_t)(y * STRIDE + r * DILATION) * in_at.s1;
        OF_STAGE(depthwise_row)(
                under, weights + block * (KERNEL * KERNEL * V), FLOATS(bias + block * V),
                residual + PIXEL(residual_at, y, 0), out + PIXEL(out_at, y, 0), width);
    }
}
#else
void OF_STAGE(stage)(
        const Map *maps, global const int *form, global const float *parameters, int from, int to) {
    Map in = maps[SOURCE];
    Map residual = maps[OTHER];
    Map out = maps[RESULT];
    global const float *weights = parameters + out.blocks * V;
    for (int y = from; y < to; y++) {
        for (int block = 0; block < out.blocks; block++) {
            global const float *under[KERNEL];
            for (int r = 0; r < KERNEL; r++)
                under[r] = ROW(in, y * STRIDE - PADDING + r * DILATION) - PADDING * V + block * in.plane;
            OF_STAGE(depthwise_row)(
                    under, weights + block * (KERNEL * KERNEL * V), FLOATS(parameters + block * V),
                    ROW(residual, y) + block * residual.plane, ROW(out, y) + block * out.plane, out.width);
        }
    }
}
#endif
