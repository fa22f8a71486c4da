/*
 * A block without depthwise filter as one kernel of a GPU, two products of floats on top of block_gpu.cl. An item makes 8 channels x 8 pixels
 * of the result, in quads. The expansion's input lies in local memory, PART channels at a time; per CHUNK of hidden channels an item makes
 * 4 of them for its pixels, and after a barrier adds the products of all to its sums. So both products have as many multiply-adds per load
 * as a matrix product alone. Weights come through the caches, as quads that all items of a row read.
 *
 * Under a filter of several taps an item's quads lie one below the other, and its input as far as a tile's filters reach.
 * Columns that a stride apart are neighbours there, so that an item loads quads of them for all taps of a row.
 *
 * Parameters, channels padded with zeros to HIDDEN_PADDED and OUT_TILE: those of the lead, expansion's bias and weights (chunk x input channel
 * x tap x CHUNK), projection's bias and weights (hidden channel x OUT_TILE). Each convolution has a format of its own.
 * Tested for its results, on a CPU; not measured on a GPU.
 */
#ifndef VEC
#include "block_gpu.cl"
#endif
#ifndef PART
#define PART 64
#define PHASE_QUADS 4
#define ROW_QUADS 4
#endif
#ifndef WIDE
#define WIDE 1
#endif

#define OUT_TILE ((OUT_CHANNELS + 7) / 8 * 8)
#define DOWN (OUT_TILE / 8)
#define ACROSS (TILE / 8)
#define CHUNK (OUT_TILE / 2)
/* An item's channels. */
#define OWN_CHANNEL(i) ((i) / 4 * CHUNK + down * 4 + (i) % 4)
/* Channels that a round of the pointwise expansion takes. */
#define UNIT (PART % 8 == 0 ? 8 : 4)

/* Where a place lies in local memory, quads of a channel, an item's pixels. */
#ifdef WINDOW
#define PHASED(x) ((x) % EXPAND_STRIDE * (4 * PHASE_QUADS) + (x) / EXPAND_STRIDE)
#define PLACE(i) ((i) / SPAN_WIDTH * (4 * ROW_QUADS) + PHASED((i) % SPAN_WIDTH))
#define PLANE_QUADS (SPAN(EXPAND, TILE_HEIGHT) * ROW_QUADS)
#define ROW_ITEMS (TILE_WIDTH / 4)
#define ITEM_PIXEL(q) ((across / ROW_ITEMS * 2 + (q)) * TILE_WIDTH + across % ROW_ITEMS * 4)
/* Quads of a row and phase that reach from an item's first pixel to the last tap of its last one. */
#define REACH ((4 + (EXPAND_KERNEL - 1) / EXPAND_STRIDE + 3) / 4)
#else
#define PLACE(i) (i)
#define PLANE_QUADS (TILE / 4)
#define ITEM_PIXEL(q) ((q) * (TILE / 2) + across * 4)
#endif

/* Brings PART channels of the input to local memory. Not all at once: clang for AMD would spill. */
#define FILL(first)                                                                                     \
    EACH_TASK(i, PLACES) {                                                                              \
        SEE(i);                                                                                         \
        local float *to = values + PLACE(i);                                                            \
        _Pragma("unroll 2") for (int c = 0; c < PART; c += 4, to += 16 * PLANE_QUADS)                     \
            EACH(d, 4) to[d * (4 * PLANE_QUADS)] = seen(from, inside, (first) + c + d);                   \
    }

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void expand_project(
        global const element *restrict in, int4 in_at, global const float *restrict parameters, float epsilon,
        global const element *restrict residual, int4 residual_at, global element *restrict out, int4 out_at) {
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
    parameters = lead_of_tile(in, in_at.s1, parameters, epsilon, tile, values, TILE);
#elif PART == NARROW
    FILL(0);
    SYNC;
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
            float4 other = LOAD4(residual + o * residual_at.s2 + y * residual_at.s1 + column);
            STORE4(
                    ((float4)(
                            FINISHED(sum[i][4 * q], other.s0), FINISHED(sum[i][4 * q + 1], other.s1),
                            FINISHED(sum[i][4 * q + 2], other.s2), FINISHED(sum[i][4 * q + 3], other.s3))),
                    out + o * out_at.s2 + y * out_at.s1 + column);
        }
#else
        EACH(j, 4) {
            int y = Y(p + j);
            int column = X(p + j);
            if (o < OUT_CHANNELS && y < HEIGHT && column < WIDTH)
                STORE(FINISHED(sum[i][4 * q + j], LOAD(residual + o * residual_at.s2 + y * residual_at.s1 + column)),
                      out + o * out_at.s2 + y * out_at.s1 + column);
        }
#endif
    }
}
