/*
 * Convolution on a GPU as a matrix product of floats, or of words of integers or halves, on top of product_gpu.cl: an item makes OWN x OWN sums, in
 * quads that are one load of local memory. Weights: tile x term x OUT_TILE, padded with zeros.
 */
#ifndef VEC
#include "product_gpu.cl"
#endif

/* Four terms, and what to do with two of them. */
#ifdef DOTS
typedef uint4 quad;
#define WEIGHTS(j) (((global const uint4 *)weights)[j])
#define ADD_PRODUCT(w, x, sum) DOT(w, x, sum)
#else
typedef float4 quad;
#define WEIGHTS(j) NUMBERS(FORMAT, 4, weights, j)
#define ADD_PRODUCT(w, x, sum) fma(w, x, sum)
#endif

#define ACROSS (PIXEL_TILE / OWN)
/* Runs of 4 channels, and of 4 pixels, of an item. */
#define QUADS (OWN / 4)
/* Quads of weights that an item loads per step. */
#define OWN_WEIGHTS (OUT_TILE * DEPTH / 4 / ITEM_COUNT)
#define FETCH(k)                                                                                     \
    {                                                                                                \
        FETCH_VALUES(k)                                                                              \
        EACH(i, OWN_WEIGHTS) next_weights[i] = WEIGHTS(quads + (k) * (OUT_TILE / 4) + i * ITEM_COUNT); \
    }

/* An item's channels in the group. */
#define OWN_CHANNEL(i) (tile * OUT_TILE + (i) / 4 * (OUT_TILE / QUADS) + down * 4 + (i) % 4)

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void conv_tile(
        global const element *restrict in, int4 in_at, global const float *restrict weights,
        global const float *restrict bias, global const element *restrict residual, int4 residual_at,
        global element *restrict out, int4 out_at) {
    local quad a[2][DEPTH * OUT_TILE / 4];
    local quad b[2][DEPTH * PIXEL_TILE / 4];
    PLACE;
    int across = item % ACROSS;
    int down = item / ACROSS;
    int quads = (group * OUT_TILES + tile) * (ALL_STEPS * DEPTH * OUT_TILE / 4) + item;

    partial sum[OWN][OWN];
    EACH(i, OWN) {
        int o = OWN_CHANNEL(i);
        partial start = SPLITS == 1 && EXISTS(o) ? FIRST_SUM(bias[group * GROUP_OUT + o]) : 0;
        EACH(j, OWN) sum[i][j] = start;
    }
    quad next_weights[OWN_WEIGHTS];
    term next_values[OWN_VALUES];
    FETCH(split * STEPS * DEPTH);
    int buffer = 0;
    /* Not unrolled: clang for AMD would make all steps of a short sum one, and spill. */
    _Pragma("unroll 1") for (int k = split * STEPS * DEPTH; k < end; k += DEPTH, buffer ^= 1) {
        local quad *weights_to = a[buffer] + item;
        local term *values_to = (local term *)b[buffer] + item;
        EACH(i, OWN_WEIGHTS) weights_to[i * ITEM_COUNT] = next_weights[i];
        EACH(i, OWN_VALUES) values_to[i * ITEM_COUNT] = next_values[i];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k + DEPTH < end) {
            FETCH(k + DEPTH);
        }
        local const quad *weights_from = a[buffer] + down;
        local const quad *values_from = b[buffer] + across;
        EACH(d, DEPTH) {
            term w[OWN];
            term x[OWN];
            EACH(q, QUADS) vstore4(weights_from[(d * QUADS + q) * (OUT_TILE / OWN)], q, w);
            EACH(q, QUADS) vstore4(values_from[(d * QUADS + q) * ACROSS], q, x);
            EACH(i, OWN) EACH(j, OWN) sum[i][j] = ADD_PRODUCT(w[i], x[j], sum[i][j]);
        }
    }

#if SPLITS > 1
    EACH(i, OWN) EACH(j, OWN) {
        int n = first + j / 4 * (PIXEL_TILE / QUADS) + across * 4 + j % 4;
        if (n < PIXELS) {
            PARTS(out)[(i / 4 * (OUT_TILE / QUADS) + down * 4 + i % 4) * PIXELS + n] = sum[i][j];
        }
    }
#else
    residual += residual_at.s0 + image * residual_at.s3;
    out += out_at.s0 + image * out_at.s3;
    EACH(i, OWN) {
        int o = OWN_CHANNEL(i);
        int channel = group * GROUP_OUT + o;
        float made[OWN];
        if (EXISTS(o))
            EACH(j, OWN) made[j] = LAST_SUM(sum[i][j], bias[channel], bias[GROUPS * GROUP_OUT + channel]);
        EACH(q, QUADS) {
            int n = first + q * (PIXEL_TILE / QUADS) + across * 4;
#if WIDE == 4
            if (EXISTS(o) && n < PIXELS) {
                float4 other = LOAD4(residual + channel * residual_at.s2 + AT(residual_at, n));
                STORE4(
                        ((float4)(
                                FINISHED(made[4 * q], other.s0), FINISHED(made[4 * q + 1], other.s1),
                                FINISHED(made[4 * q + 2], other.s2), FINISHED(made[4 * q + 3], other.s3))),
                        out + channel * out_at.s2 + AT(out_at, n));
            }
#else
            EACH(j, 4) if (EXISTS(o) && n + j < PIXELS)
                STORE(FINISHED(made[4 * q + j], LOAD(residual + channel * residual_at.s2 + AT(residual_at, n + j))),
                      out + channel * out_at.s2 + AT(out_at, n + j));
#endif
        }
    }
#endif
}
