/*
 * A block without depthwise filter as one kernel of a GPU: [lead convolution [LayerNorm]] -> dense expansion -> pointwise
 * projection [+ residual]. A group makes all channels of TILE pixels, an item 8 channels x 8 pixels of them, in quads. The
 * expansion's input lies in local memory, PART channels at a time; per CHUNK of hidden channels an item makes 4 of them for
 * its pixels, and after a barrier adds the products of all to its sums. So both products have as many multiply-adds per load
 * as a matrix product alone. Weights come through the caches, as quads that all items of a row read. The lead reads its input
 * from there, too.
 *
 * Under a filter of several taps an item's quads lie one below the other, and its input as far as a tile's filters reach.
 * Columns that a stride apart are neighbours there, so that an item loads quads of them for all taps of a row.
 *
 * Parameters, channels padded with zeros to NARROW, HIDDEN_PADDED, OUT_TILE: lead's bias and filter (set of LEAD_OWN
 * channels x input channel x tap x LEAD_OWN, whole quads for each channel), norm's gain and bias, expansion's bias and weights (chunk x input channel x
 * tap x CHUNK), projection's bias and weights (hidden channel x OUT_TILE). Each convolution has a format of its own.
 * Tested for its results, on a CPU; not measured on a GPU.
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
#define NARROW 64
#define PART 64
#define PHASE_QUADS 4
#define ROW_QUADS 4
#define LEAD_FORMAT FP32
#define EXPAND_FORMAT FP32
#define PROJECT_FORMAT FP32
#endif
#ifndef WIDE
#define WIDE 1
#endif

#define OUT_TILE ((OUT_CHANNELS + 7) / 8 * 8)
#define DOWN (OUT_TILE / 8)
#define ACROSS (TILE / 8)
#define CHUNK (OUT_TILE / 2)
#define ITEM_COUNT (DOWN * ACROSS)
#define TILE_HEIGHT (TILE / TILE_WIDTH)
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
/* Quads of a channel's weights for them. */
#define LEAD_QUADS ((TAPS * LEAD_OWN + 3) / 4)
/* An item's channels. */
#define OWN_CHANNEL(i) ((i) / 4 * CHUNK + down * 4 + (i) % 4)
/* Channels that a round of the pointwise expansion takes. */
#define UNIT (PART % 8 == 0 ? 8 : 4)
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)

#if EXPAND_KERNEL > 1 || EXPAND_STRIDE > 1 || EXPAND_PADDING > 0
#define WINDOW
#endif

/* Row and column of a pixel of the tile: a rectangle where a filter has rows, else pixels as they follow one another. */
#if defined(LEAD) || defined(WINDOW)
#define TILES_ACROSS ((WIDTH + TILE_WIDTH - 1) / TILE_WIDTH)
#define Y(p) (tile / TILES_ACROSS * TILE_HEIGHT + (p) / TILE_WIDTH)
#define X(p) (tile % TILES_ACROSS * TILE_WIDTH + (p) % TILE_WIDTH)
#else
#define Y(p) ((tile * TILE + (p)) / WIDTH)
#define X(p) ((tile * TILE + (p)) % WIDTH)
#endif

/*
 * Places of the expansion's input: how many, their row and column in the map and float in local memory, floats of a channel;
 * then an item's pixels and the first quad of its input.
 */
#ifdef WINDOW
#define SPAN(pixels) (((pixels) - 1) * EXPAND_STRIDE + EXPAND_KERNEL)
#define PLACES (SPAN(TILE_HEIGHT) * SPAN(TILE_WIDTH))
#define FROM_Y(i) (Y(0) * EXPAND_STRIDE - EXPAND_PADDING + (i) / SPAN(TILE_WIDTH))
#define FROM_X(i) (X(0) * EXPAND_STRIDE - EXPAND_PADDING + (i) % SPAN(TILE_WIDTH))
#define PHASED(x) ((x) % EXPAND_STRIDE * (4 * PHASE_QUADS) + (x) / EXPAND_STRIDE)
#define PLACE(i) ((i) / SPAN(TILE_WIDTH) * (4 * ROW_QUADS) + PHASED((i) % SPAN(TILE_WIDTH)))
#define PLANE_QUADS (SPAN(TILE_HEIGHT) * ROW_QUADS)
#define ROW_ITEMS (TILE_WIDTH / 4)
#define ITEM_PIXEL(q) ((across / ROW_ITEMS * 2 + (q)) * TILE_WIDTH + across % ROW_ITEMS * 4)
/* Quads of a row and phase that reach from an item's first pixel to the last tap of its last one. */
#define REACH ((4 + (EXPAND_KERNEL - 1) / EXPAND_STRIDE + 3) / 4)
#else
#define PLACES TILE
#define FROM_Y(i) Y(i)
#define FROM_X(i) X(i)
#define PLACE(i) (i)
#define PLANE_QUADS (TILE / 4)
#define ITEM_PIXEL(q) ((q) * (TILE / 2) + across * 4)
#endif

/* Each of n tasks for one item; all items go round as often as each other. */
#define EACH_TASK(i, n)                                                    \
    for (int i##_first = 0; i##_first < (n); i##_first += ITEM_COUNT)         \
        for (int i = i##_first + item; i < min((n), i##_first + ITEM_COUNT); i += ITEM_COUNT)

/* Brings PART channels of the input to local memory. */
#define EXISTS(c) (NARROW == IN || (c) < IN)
#define FILL(first)                                                                                                   \
    EACH_TASK(i, PLACES) {                                                                                            \
        int y = FROM_Y(i);                                                                                            \
        int x = FROM_X(i);                                                                                            \
        int inside = y >= 0 && y < IN_HEIGHT && x >= 0 && x < IN_WIDTH;                                               \
        global const float *restrict from = in + (first) * IN_PLANE + clamp(y, 0, IN_HEIGHT - 1) * in_at.s1             \
                + clamp(x, 0, IN_WIDTH - 1);                                                                          \
        local float *to = values + PLACE(i);                                                                          \
        for (int c = 0; c < PART; c += 4, from += 4 * IN_PLANE, to += 16 * PLANE_QUADS)                                \
            EACH(d, 4)                                                                                                \
                to[d * (4 * PLANE_QUADS)] = inside && EXISTS((first) + c + d) ? from[d * IN_PLANE] : 0.0f;              \
    }

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void expand_project(
        global const float *restrict in, int4 in_at, global const float *restrict parameters, float epsilon,
        global const float *restrict residual, int4 residual_at, global float *restrict out, int4 out_at) {
    local float4 narrow[PART * PLANE_QUADS];
    local float4 hidden[CHUNK * TILE / 4];
    local float *values = (local float *)narrow;
    int item = get_local_id(0);
    int across = item % ACROSS;
    int down = item / ACROSS;
    int tile = get_group_id(0);
    int image = get_group_id(2);
    in += in_at.s0 + image * in_at.s3;

#ifdef LEAD
    global const float *restrict lead = parameters + ENDS(LEAD_FORMAT, NARROW);
    EACH_TASK(i, NARROW / LEAD_OWN * TILE_WIDTH) {
        int set = i / TILE_WIDTH * LEAD_OWN;
        int x = i % TILE_WIDTH;
        global const float *restrict filter = PAST(LEAD_FORMAT, lead, set / LEAD_OWN * (LEAD_GROUP * LEAD_QUADS));
        float sum[LEAD_OWN][TILE_HEIGHT];
        EACH(o, LEAD_OWN) EACH(j, TILE_HEIGHT) sum[o][j] = BEGUN(LEAD_FORMAT, parameters[set + o]);
        for (int c = 0; c < LEAD_GROUP; c++, filter = PAST(LEAD_FORMAT, filter, LEAD_QUADS)) {
            global const float *restrict from = in + min(set / LEAD_SHARE * LEAD_GROUP + c, IN - 1) * IN_PLANE;
            EACH(r, (TILE_HEIGHT - 1) * LEAD_STRIDE + LEAD_KERNEL) {
                int y = Y(0) * LEAD_STRIDE - LEAD_PADDING + r;
                EACH(s, LEAD_KERNEL) {
                    int column = X(x) * LEAD_STRIDE - LEAD_PADDING + s;
                    float loaded = from[clamp(y, 0, IN_HEIGHT - 1) * in_at.s1 + clamp(column, 0, IN_WIDTH - 1)];
                    float value = y >= 0 && y < IN_HEIGHT && column >= 0 && column < IN_WIDTH ? loaded : 0.0f;
                    EACH(j, TILE_HEIGHT) {
                        int t = r - j * LEAD_STRIDE;
                        if (t >= 0 && t < LEAD_KERNEL)
                            EACH(o, LEAD_OWN)
                                sum[o][j] = fma(
                                        NUMBER(LEAD_FORMAT, filter, (t * LEAD_KERNEL + s) * LEAD_OWN + o), value,
                                        sum[o][j]);
                    }
                }
            }
        }
        EACH(o, LEAD_OWN) EACH(j, TILE_HEIGHT)
            values[(set + o) * TILE + j * TILE_WIDTH + x] = THROUGH(
                    LEAD_AFTER, SCALED(LEAD_FORMAT, sum[o][j], parameters[set + o], parameters[NARROW + set + o]));
    }
    SYNC;
    parameters = lead + WORDS(LEAD_FORMAT, NARROW / LEAD_OWN * LEAD_GROUP * LEAD_QUADS * 4);
#elif PART == NARROW
    FILL(0);
    SYNC;
#endif

#ifdef NORM
    EACH_TASK(p, TILE) {
        local float *pixel = values + p;
        float mean = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++)
            mean += pixel[c * TILE];
        mean /= (float)LEAD_OUT;
        float squares = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++) {
            float d = pixel[c * TILE] - mean;
            squares = fma(d, d, squares);
        }
        float factor = 1.0f / sqrt(squares / (float)LEAD_OUT + epsilon);
        for (int c = 0; c < LEAD_OUT; c++)
            pixel[c * TILE] = fma((pixel[c * TILE] - mean) * factor, parameters[c], parameters[NARROW + c]);
    }
    SYNC;
    parameters += 2 * NARROW;
#endif

    global const float4 *restrict expand_bias = (global const float4 *)parameters + down;
    global const float *restrict expand = PAST(EXPAND_FORMAT, parameters + ENDS(EXPAND_FORMAT, HIDDEN_PADDED), down);
    parameters += ENDS(EXPAND_FORMAT, HIDDEN_PADDED)
            + WORDS(EXPAND_FORMAT, HIDDEN_PADDED * NARROW * EXPAND_KERNEL * EXPAND_KERNEL);
    global const float *restrict project = PAST(PROJECT_FORMAT, parameters + ENDS(PROJECT_FORMAT, OUT_TILE), down);
    float sum[8][8];
    EACH(i, 8) EACH(j, 8) sum[i][j] = BEGUN(PROJECT_FORMAT, parameters[OWN_CHANNEL(i)]);

    for (int first = 0; first < HIDDEN_PADDED; first += CHUNK) {
        float w[8];
        float x[8];
        float made[4][8];
        vstore4(expand_bias[first / 4], 0, w);
        EACH(i, 4) EACH(j, 8) made[i][j] = BEGUN(EXPAND_FORMAT, w[i]);
        for (int part = 0; part < NARROW; part += PART) {
#if PART < NARROW
            FILL(part);
            SYNC;
#endif
#ifdef WINDOW
            local const float4 *corner = narrow + across / ROW_ITEMS * (2 * EXPAND_STRIDE * ROW_QUADS) + across % ROW_ITEMS;
            for (int c = 0; c < PART; c++, corner += PLANE_QUADS, expand = PAST(EXPAND_FORMAT, expand, EXPAND_KERNEL * EXPAND_KERNEL * DOWN)) {
                EACH(t, EXPAND_KERNEL) {
                    float row[2][EXPAND_STRIDE][4 * REACH];
                    EACH(q, 2) EACH(phase, EXPAND_STRIDE) EACH(r, REACH)
                        vstore4(corner[(q * EXPAND_STRIDE + t) * ROW_QUADS + phase * PHASE_QUADS + r], r, row[q][phase]);
                    EACH(s, EXPAND_KERNEL) {
                        vstore4(NUMBERS(EXPAND_FORMAT, 4, expand, (t * EXPAND_KERNEL + s) * DOWN), 0, w);
                        EACH(i, 4) EACH(j, 8)
                            made[i][j] = fma(w[i], row[j / 4][s % EXPAND_STRIDE][s / EXPAND_STRIDE + j % 4], made[i][j]);
                    }
                }
            }
#else
            for (int c = 0; c < PART; c += UNIT, expand = PAST(EXPAND_FORMAT, expand, UNIT * DOWN)) {
                EACH(d, UNIT) {
                    vstore4(NUMBERS(EXPAND_FORMAT, 4, expand, d * DOWN), 0, w);
                    EACH(q, 2) vstore4(narrow[(c + d) * PLANE_QUADS + q * ACROSS + across], q, x);
                    EACH(i, 4) EACH(j, 8) made[i][j] = fma(w[i], x[j], made[i][j]);
                }
            }
#endif
            SYNC;
        }
        vstore4(expand_bias[first / 4], 0, w);
        vstore4(expand_bias[(CODED(EXPAND_FORMAT) * HIDDEN_PADDED + first) / 4], 1, w);
        EACH(i, 4) EACH(j, 8) made[i][j] = SCALED(EXPAND_FORMAT, made[i][j], w[i], w[4 + i]);
        EACH(i, 4) EACH(q, 2)
            hidden[(down * 4 + i) * (TILE / 4) + q * ACROSS + across] = (float4)(
                    THROUGH(EXPAND_AFTER, made[i][4 * q]), THROUGH(EXPAND_AFTER, made[i][4 * q + 1]),
                    THROUGH(EXPAND_AFTER, made[i][4 * q + 2]), THROUGH(EXPAND_AFTER, made[i][4 * q + 3]));
        SYNC;
        for (int h = 0; h < CHUNK; h += 4, project = PAST(PROJECT_FORMAT, project, OUT_TILE)) {
            EACH(d, 4) {
                EACH(q, 2) vstore4(NUMBERS(PROJECT_FORMAT, 4, project, (d * 2 + q) * DOWN), q, w);
                EACH(q, 2) vstore4(hidden[(h + d) * (TILE / 4) + q * ACROSS + across], q, x);
                EACH(i, 8) EACH(j, 8) sum[i][j] = fma(w[i], x[j], sum[i][j]);
            }
        }
    }

    residual += residual_at.s0 + image * residual_at.s3;
    out += out_at.s0 + image * out_at.s3;
    EACH(i, 8) EACH(j, 8) sum[i][j] = SCALED(
            PROJECT_FORMAT, sum[i][j], parameters[OWN_CHANNEL(i)], parameters[OUT_TILE + OWN_CHANNEL(i)]);
    EACH(i, 8) EACH(q, 2) {
        int o = OWN_CHANNEL(i);
        int p = ITEM_PIXEL(q);
#if WIDE == 4
        int y = Y(p);
        int column = X(p);
        if (o < OUT_CHANNELS && y < HEIGHT && column < WIDTH) {
            float4 other = *(global const float4 *)(residual + o * residual_at.s2 + y * residual_at.s1 + column);
            *(global float4 *)(out + o * out_at.s2 + y * out_at.s1 + column) = (float4)(
                    FINISHED(sum[i][4 * q], other.s0), FINISHED(sum[i][4 * q + 1], other.s1),
                    FINISHED(sum[i][4 * q + 2], other.s2), FINISHED(sum[i][4 * q + 3], other.s3));
        }
#else
        EACH(j, 4) {
            int y = Y(p + j);
            int column = X(p + j);
            if (o < OUT_CHANNELS && y < HEIGHT && column < WIDTH)
                out[o * out_at.s2 + y * out_at.s1 + column] =
                        FINISHED(sum[i][4 * q + j], residual[o * residual_at.s2 + y * residual_at.s1 + column]);
        }
#endif
    }
}
