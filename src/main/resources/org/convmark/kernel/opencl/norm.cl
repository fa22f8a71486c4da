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
#define MASK (FLOATS(mask))
#endif

/* One pixel. */
void OF_STAGE(norm)(
        global const element *from, size_t from_plane, int channels, float epsilon, global const float *gain,
        global const float *bias, global const float *mask, global element *to, size_t to_plane) {
    int last = (channels - 1) / V;
    real sum = (real)(0.0f);
    for (int b = 0; b < last; b++)
        sum += LOAD(from + b * from_plane);
    sum += LOAD(from + last * from_plane) * MASK;
    float mean = total(sum) / (float)channels;
    real d = (LOAD(from + last * from_plane) - mean) * MASK;
    real squares = d * d;
    for (int b = 0; b < last; b++) {
        d = LOAD(from + b * from_plane) - mean;
        squares = fma(d, d, squares);
    }
    float factor = 1.0f / sqrt(total(squares) / (float)channels + epsilon);
    for (int b = 0; b <= last; b++) {
        real scaled = (LOAD(from + b * from_plane) - mean) * factor;
        STORE(fma(scaled, FLOATS(gain + b * V), FLOATS(bias + b * V)), to + b * to_plane);
    }
}

#ifndef STAGE
ITEMS kernel void layer_norm(
        global const element *in, int4 in_at, int channels, float epsilon, global const float *gain,
        global const float *bias, global const float *mask, global element *out, int4 out_at, int rows, int height,
        int width) {
    in = PLANE(in, in_at, 0, get_global_id(2));
    out = PLANE(out, out_at, 0, get_global_id(2));
    EACH_PIXEL(y, x, rows, height, width)
        OF_STAGE(norm)(
                in + PIXEL(in_at, y, x), in_at.s2, channels, epsilon, gain, bias, mask, out + PIXEL(out_at, y, x),
                out_at.s2);
}
#else
/* form: channels. parameters: mask, epsilon, gain, bias. */
void OF_STAGE(stage)(
        const Map *maps, global const int *form, global const float *parameters, int from, int to) {
    Map in = maps[SOURCE];
    Map out = maps[RESULT];
    global const float *gain = parameters + 2 * V;
    for (int y = from; y < to; y++)
        for (int x = 0; x < out.width; x++)
            OF_STAGE(norm)(
                    ROW(in, y) + x * V, in.plane, form[0], parameters[V], gain, gain + out.blocks * V, parameters,
                    ROW(out, y) + x * V, out.plane);
}
#endif
