/*
 * LayerNorm over the channels of a pixel, in three passes: mean, variance, result. An item is some rows on a CPU, one pixel
 * on a GPU. Channels that only fill up the last block may hold anything, so a mask keeps them out of both sums.
 */
#ifndef VEC
#include "vec.cl"
#endif

#if V == 1
#define MASK 1.0f
#else
#define MASK (LOAD(mask))
#endif

float total(real x) {
#if V == 16
    float8 e = x.lo + x.hi;
    float4 f = e.lo + e.hi;
    return f.x + f.y + f.z + f.w;
#elif V == 8
    float4 f = x.lo + x.hi;
    return f.x + f.y + f.z + f.w;
#elif V == 4
    return x.x + x.y + x.z + x.w;
#else
    return x;
#endif
}

ITEMS kernel void layer_norm(
        global const float *in, int4 in_at, int channels, float epsilon, global const float *gain,
        global const float *bias, global const float *mask, global float *out, int4 out_at, int rows, int height,
        int width) {
    in = PLANE(in, in_at, 0, get_global_id(2));
    out = PLANE(out, out_at, 0, get_global_id(2));
    int last = (channels - 1) / V;
    EACH_PIXEL(y, x, rows, height, width) {
        global const float *from = in + PIXEL(in_at, y, x);
        real sum = (real)(0.0f);
        for (int b = 0; b < last; b++)
            sum += LOAD(from + (size_t)b * in_at.s2);
        sum += LOAD(from + (size_t)last * in_at.s2) * MASK;
        float mean = total(sum) / (float)channels;
        real d = (LOAD(from + (size_t)last * in_at.s2) - mean) * MASK;
        real squares = d * d;
        for (int b = 0; b < last; b++) {
            d = LOAD(from + (size_t)b * in_at.s2) - mean;
            squares = fma(d, d, squares);
        }
        float factor = 1.0f / sqrt(total(squares) / (float)channels + epsilon);
        for (int b = 0; b <= last; b++) {
            real scaled = (LOAD(from + (size_t)b * in_at.s2) - mean) * factor;
            STORE(fma(scaled, LOAD(gain + b * V), LOAD(bias + b * V)),
                  out + PIXEL(out_at, y, x) + (size_t)b * out_at.s2);
        }
    }
}
