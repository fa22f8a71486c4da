/*
 * Convolution on a GPU, planes of single channels (V = 1), as a matrix product per image and group: output channels x
 * pixels, summed over terms, which are filter row, column and, innermost, input channel.
 *
 * conv_tile: a group makes OUT_TILE channels x PIXEL_TILE pixels, an item OWN x OWN of them, in quads that are one load of
 * local memory. Per step DEPTH rows of both factors lie there, in two buffers: while a step multiplies, the loads of the
 * next one are on their way to registers, so a step has one barrier. Sizes are constants, so that divisions by them are
 * multiplications and the input is gathered without a table. Weights: tile x term x OUT_TILE, padded with zeros. Where
 * SPLITS > 1, each group takes STEPS steps of a sum and leaves them in `out`, a split x tile of channels x pixel
 * workspace, and conv_splits adds them in order.
 *
 * With DOTS, values and weights are integers of 8 bits. Then a term is a word of four channels, and sums, which begin with a bias, are
 * exact integers. Values come as floats, as everywhere, and become words on their way to local memory.
 * Tested for its results, on a CPU; not measured on a GPU.
 */
#ifndef VEC
#ifndef V
#define V 1
#endif
#include "vec.cl"
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
#ifndef FORMAT
#define FORMAT FP32
#endif
#ifndef WIDTH
#define WIDTH 56
#define PIXELS 3136
#define GROUP_WIDTH 64
#define GROUP_OUT 64
#define GROUPS 1
#define IN_ROW 58
#define IN_PLANE 3364
#endif
#ifndef OUT_TILE
#define OUT_TILE 64
#define PIXEL_TILE 128
#define DEPTH 8
#define OWN 8
#endif
#ifndef SPLITS
#define SPLITS 1
#define STEPS ALL_STEPS
#endif
/* Pixels that the epilogue stores at a time: 4 where rows of four pixels are aligned. */
#ifndef WIDE
#define WIDE 1
#endif

/* A term, four of them, a sum, and what to do with them; channels of a term. */
#ifdef DOTS
typedef uint term;
typedef uint4 quad;
typedef int partial;
#define LANES 4
#define TERM(p) OF_FOUR((p)[0], (p)[IN_PLANE], (p)[2 * IN_PLANE], (p)[3 * IN_PLANE], IN_STEP, IN_OFFSET)
#define WEIGHTS(j) (((global const uint4 *)weights)[j])
#define ADD_PRODUCT(w, x, sum) DOT(w, x, sum)
#define FIRST_SUM(bias) as_int(bias)
#define LAST_SUM(sum, bias, unit) (convert_float(sum) * (unit))
#else
typedef float term;
typedef float4 quad;
typedef float partial;
#define LANES 1
#define TERM(p) (*(p))
#define WEIGHTS(j) NUMBERS(FORMAT, 4, weights, j)
#define ADD_PRODUCT(w, x, sum) fma(w, x, sum)
#define FIRST_SUM(bias) BEGUN(FORMAT, bias)
#define LAST_SUM(sum, bias, scale) SCALED(FORMAT, sum, bias, scale)
#endif

#define GROUP_TERMS (GROUP_WIDTH / LANES)
#define TERMS (GROUP_TERMS * KERNEL * KERNEL)
#define ALL_STEPS ((TERMS + DEPTH - 1) / DEPTH)
#define ACROSS (PIXEL_TILE / OWN)
#define ITEM_COUNT (OUT_TILE / OWN * ACROSS)
/* Runs of 4 channels, and of 4 pixels, of an item. */
#define QUADS (OWN / 4)
#define OUT_TILES ((GROUP_OUT + OUT_TILE - 1) / OUT_TILE)
/* Quads of weights, and input values, that an item loads per step; rows from one of these values to the next. */
#define OWN_WEIGHTS (OUT_TILE * DEPTH / 4 / ITEM_COUNT)
#define OWN_VALUES (PIXEL_TILE * DEPTH / ITEM_COUNT)
#define ROWS_APART (ITEM_COUNT / PIXEL_TILE)


/* Where in a plane of the input a term lies, from the pixel under the filter's first tap. */
#define TAP(k) ((k) / GROUP_TERMS)
#define TERM_AT(k) ((k) % GROUP_TERMS * LANES * IN_PLANE + (TAP(k) / KERNEL * IN_ROW + TAP(k) % KERNEL) * DILATION)
/* Terms of a step are neighbouring channels of one tap, or any terms, of which the last step may have too few. */
#if GROUP_TERMS % DEPTH == 0
#define STEP_AT(k) TERM_AT(k)
#define VALUE(k, d) TERM(source + (d) * LANES * IN_PLANE)
#define ITEM_AT (LANES * IN_PLANE)
#else
#define STEP_AT(k) 0
#define VALUE(k, d) ((k) + (d) + row < TERMS ? TERM(source + TERM_AT((k) + (d) + row)) : (term)0)
#define ITEM_AT 0
#endif

#define FETCH(k)                                                                                        \
    {                                                                                                   \
        global const float *restrict source = in + STEP_AT(k);                                           \
        EACH(i, OWN_VALUES) next_values[i] = VALUE(k, i * ROWS_APART);                                    \
        EACH(i, OWN_WEIGHTS) next_weights[i] = WEIGHTS(quads + (k) * (OUT_TILE / 4) + i * ITEM_COUNT);    \
    }

/* An item's channels in the group. */
#define OWN_CHANNEL(i) (tile * OUT_TILE + (i) / 4 * (OUT_TILE / QUADS) + down * 4 + (i) % 4)
/* Whether a tile's channel is one of the group, which tiles that divide it need not ask. */
#define EXISTS(o) (GROUP_OUT % OUT_TILE == 0 || (o) < GROUP_OUT)
/* The pixel of a plane, counted row by row. */
#define AT(at, n) ((n) / WIDTH * (at).s1 + (n) % WIDTH)

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void conv_tile(
        global const float *restrict in, int4 in_at, global const float *restrict weights,
        global const float *restrict bias, global const float *restrict residual, int4 residual_at,
        global float *restrict out, int4 out_at) {
    local quad a[2][DEPTH * OUT_TILE / 4];
    local quad b[2][DEPTH * PIXEL_TILE / 4];
    int item = get_local_id(0);
    int across = item % ACROSS;
    int down = item / ACROSS;
    int first = get_group_id(0) * PIXEL_TILE;
    int tile = get_group_id(1);
    int split = get_group_id(2) % SPLITS;
    int group = get_group_id(2) / SPLITS % GROUPS;
    int image = get_group_id(2) / (SPLITS * GROUPS);
    int pixel = min(first + item % PIXEL_TILE, PIXELS - 1);
    int row = item / PIXEL_TILE;
    in += in_at.s0 + image * in_at.s3 + group * GROUP_WIDTH * IN_PLANE + row * ITEM_AT
            + (pixel / WIDTH * IN_ROW + pixel % WIDTH) * STRIDE;
    int quads = (group * OUT_TILES + tile) * (ALL_STEPS * DEPTH * OUT_TILE / 4) + item;

    partial sum[OWN][OWN];
    EACH(i, OWN) {
        int o = OWN_CHANNEL(i);
        partial start = SPLITS == 1 && EXISTS(o) ? FIRST_SUM(bias[group * GROUP_OUT + o]) : 0;
        EACH(j, OWN) sum[i][j] = start;
    }
    quad next_weights[OWN_WEIGHTS];
    term next_values[OWN_VALUES];
    int end = min((split + 1) * STEPS, ALL_STEPS) * DEPTH;
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
    out += ((int)get_group_id(2) * OUT_TILES + tile) * OUT_TILE * PIXELS;
    EACH(i, OWN) EACH(j, OWN) {
        int n = first + j / 4 * (PIXEL_TILE / QUADS) + across * 4 + j % 4;
        if (n < PIXELS) {
            ((global partial *)out)[(i / 4 * (OUT_TILE / QUADS) + down * 4 + i % 4) * PIXELS + n] = sum[i][j];
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
                float4 other = *(global const float4 *)(residual + channel * residual_at.s2 + AT(residual_at, n));
                *(global float4 *)(out + channel * out_at.s2 + AT(out_at, n)) = (float4)(
                        FINISHED(made[4 * q], other.s0), FINISHED(made[4 * q + 1], other.s1),
                        FINISHED(made[4 * q + 2], other.s2), FINISHED(made[4 * q + 3], other.s3));
            }
#else
            EACH(j, 4) if (EXISTS(o) && n + j < PIXELS)
                out[channel * out_at.s2 + AT(out_at, n + j)] =
                        FINISHED(made[4 * q + j], residual[channel * residual_at.s2 + AT(residual_at, n + j)]);
#endif
        }
    }
#endif
}

#if SPLITS > 1
/* An item adds the parts of one pixel of one channel, always in the same order. */
ITEMS kernel void conv_splits(
        global const float *restrict parts, global const float *restrict bias, global const float *restrict residual,
        int4 residual_at, global float *restrict out, int4 out_at) {
    int n = get_global_id(0);
    int channel = get_global_id(1);
    int image = get_global_id(2);
    if (n >= PIXELS) {
        return;
    }
    int first = (image * GROUPS + channel / GROUP_OUT) * SPLITS;
    partial sum = FIRST_SUM(bias[channel]);
    for (int split = 0; split < SPLITS; split++)
        sum += ((global const partial *)parts)[((first + split) * (OUT_TILES * OUT_TILE) + channel % GROUP_OUT) * PIXELS + n];
    out[out_at.s0 + image * out_at.s3 + channel * out_at.s2 + AT(out_at, n)] = FINISHED(
            LAST_SUM(sum, bias[channel], bias[GROUPS * GROUP_OUT + channel]),
            residual[residual_at.s0 + image * residual_at.s3 + channel * residual_at.s2 + AT(residual_at, n)]);
}
#endif
