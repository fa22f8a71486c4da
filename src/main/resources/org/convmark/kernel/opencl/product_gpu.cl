/*
 * What the kernels of a convolution as a matrix product have in common, on a GPU, with planes of single channels (V = 1). Per image and
 * group, output channels x pixels are sums over terms: filter row, column and, innermost, input channel. A group of items makes OUT_TILE
 * channels x PIXEL_TILE pixels. Per step, DEPTH terms of the input lie in local memory, in two buffers: while a step multiplies, the loads
 * of the next one are on their way to registers, so a step has one barrier. Sizes are constants, so that divisions by them are
 * multiplications and the input is gathered without a table. Where SPLITS > 1, each group takes STEPS steps of a sum and leaves them in
 * `out`, a split x tile of channels x pixel workspace, and conv_splits adds them in order.
 *
 * With DOTS, values and weights are integers of 8 bits: a term is a word of four channels, and sums, which begin with a bias, are exact
 * integers; or they have half precision, as with MMA, and a term is a word of two channels. Elements become words on their way to local
 * memory.
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
#define ITEM_COUNT 128
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

/* A term, a sum, and channels of a term; where a sum begins, and what becomes of it. */
#if defined(DOTS) && IN_WORD == 4
typedef uint term;
typedef dotted partial;
#define LANES 4
#define TERM(p) OF_FOUR((p)[0], (p)[IN_PLANE], (p)[2 * IN_PLANE], (p)[3 * IN_PLANE], IN_STEP, IN_OFFSET)
#define FIRST_SUM(bias) as_int(bias)
#define LAST_SUM(sum, bias, unit) (convert_float(sum) * (unit))
#else
#if defined(MMA) || defined(DOTS)
typedef uint term;
#define LANES 2
#if defined(HALF_MAPS)
#define TERM(p) WORD_OF(p, (p) + IN_PLANE)
#elif defined(MMA)
#define TERM(p) HALVES((p)[0], (p)[IN_PLANE])
#else
#define TERM(p) HALVES_C((p)[0], (p)[IN_PLANE])
#endif
#else
typedef float term;
#define LANES 1
#define TERM(p) LOAD(p)
#endif
typedef float partial;
#define FIRST_SUM(bias) BEGUN(FORMAT, bias)
#define LAST_SUM(sum, bias, scale) SCALED(FORMAT, sum, bias, scale)
#endif

#define GROUP_TERMS (GROUP_WIDTH / LANES)
#define TERMS (GROUP_TERMS * KERNEL * KERNEL)
#define ALL_STEPS ((TERMS + DEPTH - 1) / DEPTH)
#define OUT_TILES ((GROUP_OUT + OUT_TILE - 1) / OUT_TILE)
/* Input values that an item loads per step; rows from one of these values to the next. */
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

/* A group's place, and the values that this item loads from `in`, those of a pixel at a time. */
#define PLACE                                                                                                       \
    int item = get_local_id(0);                                                                                     \
    int first = get_group_id(0) * PIXEL_TILE;                                                                       \
    int tile = get_group_id(1);                                                                                     \
    int split = get_group_id(2) % SPLITS;                                                                           \
    int group = get_group_id(2) / SPLITS % GROUPS;                                                                  \
    int image = get_group_id(2) / (SPLITS * GROUPS);                                                                \
    int pixel = min(first + item % PIXEL_TILE, PIXELS - 1);                                                         \
    int row = item / PIXEL_TILE;                                                                                    \
    in += in_at.s0 + image * in_at.s3 + group * GROUP_WIDTH * IN_PLANE + row * ITEM_AT                               \
            + (pixel / WIDTH * IN_ROW + pixel % WIDTH) * STRIDE;                                                    \
    int end = min((split + 1) * STEPS, ALL_STEPS) * DEPTH
#define FETCH_VALUES(k)                                                   \
    {                                                                     \
        global const element *restrict source = in + STEP_AT(k);             \
        EACH(i, OWN_VALUES) next_values[i] = VALUE(k, i * ROWS_APART);      \
    }

/* Whether a tile's channel is one of the group, which tiles that divide it need not ask. */
#define EXISTS(o) (GROUP_OUT % OUT_TILE == 0 || (o) < GROUP_OUT)
/* The pixel of a plane, counted row by row. */
#define AT(at, n) ((n) / WIDTH * (at).s1 + (n) % WIDTH)
/* This group's part of the workspace. */
#define PARTS(out) ((global partial *)(out) + ((int)get_group_id(2) * OUT_TILES + tile) * OUT_TILE * PIXELS)

#if SPLITS > 1
/* An item adds the parts of one pixel of one channel, always in the same order. */
ITEMS kernel void conv_splits(
        global const float *restrict parts, global const float *restrict bias, global const element *restrict residual,
        int4 residual_at, global element *restrict out, int4 out_at) {
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
    residual += residual_at.s0 + image * residual_at.s3 + channel * residual_at.s2 + AT(residual_at, n);
    out += out_at.s0 + image * out_at.s3 + channel * out_at.s2 + AT(out_at, n);
    STORE(FINISHED(LAST_SUM(sum, bias[channel], bias[GROUPS * GROUP_OUT + channel]), LOAD(residual)), out);
}
#endif
