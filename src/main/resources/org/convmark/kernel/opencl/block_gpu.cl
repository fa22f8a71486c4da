/*
 * What the kernels of a block of products have in common, on a GPU, with planes of single channels (V = 1): [lead convolution [LayerNorm]] ->
 * dense expansion -> [depthwise] -> pointwise projection [+ residual]. A group makes all channels of TILE pixels of the result.
 *
 * A lead reads its input from the caches, and leaves its result as floats in local memory, a channel's pixels after another's.
 * Its parameters: bias and filter (set of LEAD_OWN channels x input channel x tap x LEAD_OWN, whole quads for each channel), then the norm's
 * gain and bias, channels padded with zeros to NARROW.
 */
#ifndef VEC
#ifndef V
#define V 1
#endif
#include "vec.cl"
#endif
#ifndef TILE
#define TILE 128
#define TILE_WIDTH 16
#define ITEM_COUNT 128
#define IN 64
#define LEAD_OUT 64
#define LEAD_GROUP 8
#define HIDDEN_PADDED 256
#define OUT_CHANNELS 64
#define WIDTH 56
#define HEIGHT 56
#define EXPAND_AFTER relu
#define EXPAND_AFTER_FIRST UNROUNDED
#define EXPAND_AFTER_LAST UNROUNDED
#define INNER_AFTER identity
#define INNER_AFTER_FIRST UNROUNDED
#define INNER_AFTER_LAST UNROUNDED
#define IN_WIDTH 56
#define IN_HEIGHT 56
#define IN_PLANE 3364
#define LEAD_KERNEL 3
#define LEAD_STRIDE 1
#define LEAD_PADDING 1
#define LEAD_AFTER identity
#define LEAD_AFTER_FIRST UNROUNDED
#define LEAD_AFTER_LAST UNROUNDED
#define EXPAND_KERNEL 1
#define EXPAND_STRIDE 1
#define EXPAND_PADDING 0
#define INNER_KERNEL 1
#define INNER_STRIDE 1
#define INNER_PADDING 0
#define NARROW 64
#define LEAD_FORMAT FP32
#define EXPAND_FORMAT FP32
#define PROJECT_FORMAT FP32
#endif

#define TILE_HEIGHT (TILE / TILE_WIDTH)
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)

#if EXPAND_KERNEL > 1 || EXPAND_STRIDE > 1 || EXPAND_PADDING > 0
#define WINDOW
#endif

/* Row and column of a pixel of the tile: a rectangle where a filter has rows, else pixels as they follow one another. */
#if defined(LEAD) || defined(WINDOW) || defined(INNER)
#define TILES_ACROSS ((WIDTH + TILE_WIDTH - 1) / TILE_WIDTH)
#define Y(p) (tile / TILES_ACROSS * TILE_HEIGHT + (p) / TILE_WIDTH)
#define X(p) (tile % TILES_ACROSS * TILE_WIDTH + (p) % TILE_WIDTH)
#else
#define Y(p) ((tile * TILE + (p)) / WIDTH)
#define X(p) ((tile * TILE + (p)) % WIDTH)
#endif

/* Rows, or columns, of what a convolution reads for so many of its result. */
#define SPAN(stage, pixels) (((pixels) - 1) * stage##_STRIDE + stage##_KERNEL)

/*
 * Places of hidden channels under a tile, in rows; then those of the input that is kept in local memory, that of the expansion or of a lead
 * on tensor cores, with the row and column in its map.
 */
#define HIDDEN_WIDTH SPAN(INNER, TILE_WIDTH)
#define HIDDEN_HEIGHT SPAN(INNER, TILE_HEIGHT)
#define HIDDEN_TOP (Y(0) * INNER_STRIDE - INNER_PADDING)
#define HIDDEN_LEFT (X(0) * INNER_STRIDE - INNER_PADDING)
#if defined(LEAD_MMA)
#define SPAN_WIDTH SPAN(LEAD, TILE_WIDTH)
#define PLACES (SPAN(LEAD, TILE_HEIGHT) * SPAN_WIDTH)
#define FROM_Y(i) (Y(0) * LEAD_STRIDE - LEAD_PADDING + (i) / SPAN_WIDTH)
#define FROM_X(i) (X(0) * LEAD_STRIDE - LEAD_PADDING + (i) % SPAN_WIDTH)
#elif defined(WINDOW) || defined(INNER)
#define SPAN_WIDTH SPAN(EXPAND, HIDDEN_WIDTH)
#define PLACES (SPAN(EXPAND, HIDDEN_HEIGHT) * SPAN_WIDTH)
#define FROM_Y(i) (HIDDEN_TOP * EXPAND_STRIDE - EXPAND_PADDING + (i) / SPAN_WIDTH)
#define FROM_X(i) (HIDDEN_LEFT * EXPAND_STRIDE - EXPAND_PADDING + (i) % SPAN_WIDTH)
#else
#define PLACES TILE
#define FROM_Y(i) Y(i)
#define FROM_X(i) X(i)
#endif

#define INSIDE(y, x) ((y) >= 0 && (y) < IN_HEIGHT && (x) >= 0 && (x) < IN_WIDTH)

/* Each of n tasks for one item; all items go round as often as each other. */
#define EACH_TASK(i, n)                                                    \
    for (int i##_first = 0; i##_first < (n); i##_first += ITEM_COUNT)         \
        for (int i = i##_first + item; i < min((n), i##_first + ITEM_COUNT); i += ITEM_COUNT)

/* Whether an input channel is one, and no padding. */
#define EXISTS(c) (NARROW == IN || (c) < IN)
/* Place i of the input: whether it lies in the map, and where it is, or the nearest place that does. */
#define SEE(i)                                                                                                       \
    int see_y = FROM_Y(i);                                                                                           \
    int see_x = FROM_X(i);                                                                                           \
    int inside = INSIDE(see_y, see_x);                                                                               \
    global const element *restrict from = in + clamp(see_y, 0, IN_HEIGHT - 1) * in_at.s1 + clamp(see_x, 0, IN_WIDTH - 1)
/* Channel c there. Loaded even where it is not used, so that no load waits for a branch. */
#define SEEN(from, c) ((from) + (NARROW == IN ? (c) : min((c), IN - 1)) * IN_PLANE)
float seen(global const element *from, int inside, int c) {
    float loaded = LOAD(SEEN(from, c));
    return inside && EXISTS(c) ? loaded : 0.0f;
}

#if defined(LEAD) && !defined(LEAD_MMA)
#define TAPS (LEAD_KERNEL * LEAD_KERNEL)
/* Channels that see the same input, and how many of them an item of the lead makes. */
#define LEAD_SHARE (LEAD_OUT / (IN / LEAD_GROUP))
#if LEAD_SHARE % 4 == 0
#define LEAD_OWN 4
#elif LEAD_SHARE % 2 == 0
#define LEAD_OWN 2
#else
#define LEAD_OWN 1
#endif
/* Columns that an item makes: a filter of one channel has room for several, which share what they see. */
#define LEAD_COLUMNS (LEAD_OWN == 1 ? 2 : 1)
#define LEAD_SPAN SPAN(LEAD, LEAD_COLUMNS)
/* Quads of a channel's weights for them. */
#define LEAD_QUADS ((TAPS * LEAD_OWN + 3) / 4)

/* Makes the lead's result, channel x pitch, and normalises it. The parameters behind its own. A call would have few registers. */
__attribute__((always_inline)) global const float *lead_of_tile(
        global const element *in, int row, global const float *parameters, float epsilon, int tile,
        local float *values, int pitch) {
    int item = get_local_id(0);
    global const float *restrict lead = parameters + ENDS(LEAD_FORMAT, NARROW);
    EACH_TASK(i, NARROW / LEAD_OWN * (TILE_WIDTH / LEAD_COLUMNS)) {
        int set = i / (TILE_WIDTH / LEAD_COLUMNS) * LEAD_OWN;
        int x = i % (TILE_WIDTH / LEAD_COLUMNS) * LEAD_COLUMNS;
        global const float *restrict filter = PAST(LEAD_FORMAT, lead, set / LEAD_OWN * (LEAD_GROUP * LEAD_QUADS));
        float sum[LEAD_OWN][TILE_HEIGHT][LEAD_COLUMNS];
        EACH(o, LEAD_OWN) EACH(j, TILE_HEIGHT) EACH(n, LEAD_COLUMNS) sum[o][j][n] = BEGUN(LEAD_FORMAT, parameters[set + o]);
        for (int c = 0; c < LEAD_GROUP; c++, filter = PAST(LEAD_FORMAT, filter, LEAD_QUADS)) {
            global const element *restrict from = in + min(set / LEAD_SHARE * LEAD_GROUP + c, IN - 1) * IN_PLANE;
            EACH(r, SPAN(LEAD, TILE_HEIGHT)) {
                int y = Y(0) * LEAD_STRIDE - LEAD_PADDING + r;
                float value[LEAD_SPAN];
                EACH(s, LEAD_SPAN) {
                    int column = X(x) * LEAD_STRIDE - LEAD_PADDING + s;
                    float loaded = LOAD(from + clamp(y, 0, IN_HEIGHT - 1) * row + clamp(column, 0, IN_WIDTH - 1));
                    value[s] = INSIDE(y, column) ? loaded : 0.0f;
                }
                EACH(s, LEAD_KERNEL) EACH(j, TILE_HEIGHT) {
                    int t = r - j * LEAD_STRIDE;
                    if (t >= 0 && t < LEAD_KERNEL)
                        EACH(n, LEAD_COLUMNS) EACH(o, LEAD_OWN)
                            sum[o][j][n] = fma(
                                    NUMBER(LEAD_FORMAT, filter, (t * LEAD_KERNEL + s) * LEAD_OWN + o),
                                    value[n * LEAD_STRIDE + s], sum[o][j][n]);
                }
            }
        }
        EACH(o, LEAD_OWN) EACH(j, TILE_HEIGHT) EACH(n, LEAD_COLUMNS)
            values[(set + o) * pitch + j * TILE_WIDTH + x + n] = THROUGH(
                    LEAD_AFTER, SCALED(LEAD_FORMAT, sum[o][j][n], parameters[set + o], parameters[NARROW + set + o]));
    }
    SYNC;
    parameters = lead + WORDS(LEAD_FORMAT, NARROW / LEAD_OWN * LEAD_GROUP * LEAD_QUADS * 4);
#ifdef NORM
    EACH_TASK(p, TILE) {
        local float *pixel = values + p;
        float mean = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++)
            mean += pixel[c * pitch];
        mean /= (float)LEAD_OUT;
        float squares = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++) {
            float d = pixel[c * pitch] - mean;
            squares = fma(d, d, squares);
        }
        float factor = 1.0f / sqrt(squares / (float)LEAD_OUT + epsilon);
        for (int c = 0; c < LEAD_OUT; c++)
            pixel[c * pitch] = fma((pixel[c * pitch] - mean) * factor, parameters[c], parameters[NARROW + c]);
    }
    SYNC;
    parameters += 2 * NARROW;
#endif
    return parameters;
}
#endif
