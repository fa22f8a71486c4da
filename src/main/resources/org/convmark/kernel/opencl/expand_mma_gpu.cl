/*
 * A block as one kernel of a GPU on tensor cores, products of half precision with sums of floats, on top of block_gpu.cl. Pixels are rows of
 * these matrices and channels columns, because then an item's sums of 16 hidden channels are, as halves, its part of the left factor of
 * the projection: hidden channels never leave registers. A warp makes all channels of M_TILES x 16 pixels, CHUNK hidden channels at a time.
 * Words are pairs of channels.
 *
 * The expansion's input lies in local memory as words, or as floats where a lead made it. With KEEP, a pointwise expansion has it in registers
 * instead. Under a filter of several taps it is read shifted. Under a depthwise filter the warps share the hidden channels of the tile and its
 * halo, and pass them through local memory. Weights are a stream of steps in the order of their use. STAGED, a step multiplies from one of two
 * stages in local memory, while the next one is on its way to registers, so it has one barrier; else from the caches.
 *
 * LEAD_MMA: the lead, whose groups are of eights of channels, runs on tensor cores, too, with its result as left factors of the expansion.
 * Its weights stay floats: each is a half and another for what that lacks.
 *
 * Parameters, channels padded with zeros to HIDDEN_PADDED and OUT_TILE: those of the lead, the expansion's bias, the depthwise filter's bias
 * and weights (tap x hidden channel), the projection's bias, then the steps. Steps of a chunk of hidden channels: one for each tap of the
 * expansion and one for the projection, padded to the same length; of a pointwise expansion, both in one. Their weights are squares of 16
 * terms x 16 channels, term by term, in the order of mma_gpu.cl.
 * Tested for its results, on a CPU; not measured on a GPU.
 */
#ifndef VEC
#define MMA C
#include "block_gpu.cl"
#endif
#ifndef WARPS
#define WARPS 4
#define M_TILES 2
#define CHUNK 16
#define PITCH 136
#define HIDDEN_PITCH 136
#define ROUND_TILES 2
#endif

#define OUT_TILE ((OUT_CHANNELS + 15) / 16 * 16)

/* Quads of words: of a square, of a tap's squares and of the projection's; of a step, and those that an item brings of it. */
#define SQUARE 32
#define EXPAND_QUADS (NARROW / 16 * (CHUNK / 16) * SQUARE)
#define PROJECT_QUADS (CHUNK / 16 * (OUT_TILE / 16) * SQUARE)
#ifdef WINDOW
#define STEP_QUADS (EXPAND_QUADS > PROJECT_QUADS ? EXPAND_QUADS : PROJECT_QUADS)
#define PROJECT_AT 0
#define CHUNK_STEPS (EXPAND_TAPS + 1)
#else
#define STEP_QUADS (EXPAND_QUADS + PROJECT_QUADS)
#define PROJECT_AT EXPAND_QUADS
#define CHUNK_STEPS 1
#endif
/* Makes `weights` an item's first quad of the next step. */
#ifdef STAGED
#define OWN_QUADS ((STEP_QUADS + ITEM_COUNT - 1) / ITEM_COUNT)
#define EACH_OWN_QUAD(i) EACH(i, OWN_QUADS) if (STEP_QUADS % ITEM_COUNT == 0 || i * ITEM_COUNT + item < STEP_QUADS)
#define FETCH EACH_OWN_QUAD(i) next[i] = steps[i * ITEM_COUNT + item]
#define NEXT_STEP                                                              \
    {                                                                          \
        stage ^= 1;                                                            \
        EACH_OWN_QUAD(i) stages[stage][i * ITEM_COUNT + item] = next[i];        \
        weights = stages[stage] + lane;                                        \
        SYNC;                                                                  \
        steps += STEP_QUADS;                                                   \
        if (steps < last)                                                      \
            FETCH;                                                             \
    }
#else
#define NEXT_STEP weights += STEP_QUADS
#endif

/* Channels c and c + 1 at a place of the input, as `seen`. */
uint seen_pair(global const element *from, int inside, int c) {
#ifdef HALF_MAPS
    uint loaded = WORD_OF(SEEN(from, c), SEEN(from, c + 1));
    return inside && EXISTS(c) ? EXISTS(c + 1) ? loaded : loaded & 0xffff : 0;
#else
    return HALVES(seen(from, inside, c), seen(from, inside, c + 1));
#endif
}

/* The word of the w-th two channels at a place of the expansion's input. */
#if defined(LEAD) && !defined(LEAD_MMA)
#define WORD_AT(w, place) HALVES(input[2 * (w) * PITCH + (place)], input[(2 * (w) + 1) * PITCH + (place)])
#else
#define WORD_AT(w, place) input[(w) * PITCH + (place)]
#endif
/* What an item has of 16 channels, of which 8 words, at a place and one further. */
#define LEFT(w, place, further)                                                                                \
    (uint4)(WORD_AT((w) + lane % 4, place), WORD_AT((w) + lane % 4, further), WORD_AT((w) + 4 + lane % 4, place), \
            WORD_AT((w) + 4 + lane % 4, further))
/* Adds products with a square of weights, which makes 16 columns, to sums of two times 8. */
#define ADD_SQUARE(sums, left, right)                      \
    {                                                      \
        MULTIPLY((sums)[0], left, (right).s0, (right).s2);  \
        MULTIPLY((sums)[1], left, (right).s1, (right).s3);  \
    }

/* What the expansion makes of its sums for hidden channels h and h + 1. */
#define SCALED_PAIR(format, sum, bias, padded, h)                  \
    SCALED(format, sum[0], (bias)[h], (bias)[(padded) + (h)]),     \
            SCALED(format, sum[1], (bias)[(h) + 1], (bias)[(padded) + (h) + 1])
uint activated(float a, float b) { return ACTIVATED(EXPAND_AFTER, a, b); }

/* Pixel i of an item, of 2 M_TILES, in the tile. */
#define OWN_PIXEL(i) (warp * (16 * M_TILES) + (i) * 8 + MMA_ROW(lane))
/* The left factors of the projection; a depthwise filter makes them one by one. */
#ifdef INNER
#define EACH_FACTOR(k) _Pragma("unroll 1") for (int k = 0; k < CHUNK / 16; k++)
#else
#define EACH_FACTOR(k) EACH(k, CHUNK / 16)
#endif
/* Those pixels are in so many columns, as many below each other. */
#define COLUMNS (TILE_WIDTH / 8)
#define OWN_ROWS (2 * M_TILES / COLUMNS)
/* The place of that pixel under tap t of what is kept in local memory for a stage. */
#define PLACE_UNDER(stage, i, t)                                                                       \
    ((OWN_PIXEL(i) / TILE_WIDTH * stage##_STRIDE + (t) / stage##_KERNEL) * SPAN_WIDTH                  \
     + OWN_PIXEL(i) % TILE_WIDTH * stage##_STRIDE + (t) % stage##_KERNEL)
#ifdef WINDOW
#define OWN_PLACE(i, t) PLACE_UNDER(EXPAND, i, t)
#define EXPAND_TAPS (EXPAND_KERNEL * EXPAND_KERNEL)
#else
#define OWN_PLACE(i, t) OWN_PIXEL(i)
#define EXPAND_TAPS 1
#endif

#ifdef LEAD_MMA
#define INPUT IN
/* A sum's terms are tap x eight channels of the group, two of them in a product; the last one may be there twice, with weights of zero. */
#define EIGHTS (LEAD_GROUP / 8)
#define LEAD_STEPS ((LEAD_KERNEL * LEAD_KERNEL * EIGHTS + 1) / 2)
#define LEAD_GROUP_OF(n) min((n) / (LEAD_OUT / (IN / LEAD_GROUP) / 8), IN / LEAD_GROUP - 1)
#define LEAD_TAP(u) (min(u, LEAD_KERNEL * LEAD_KERNEL * EIGHTS - 1) / EIGHTS)
#define LEAD_WORD(n, u, i) \
    WORD_AT(LEAD_GROUP_OF(n) * (LEAD_GROUP / 2) + (u) % EIGHTS * 4 + lane % 4, PLACE_UNDER(LEAD, i, LEAD_TAP(u)))
#else
#define INPUT NARROW
#endif

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void expand_mma(
        global const element *restrict in, int4 in_at, global const float *restrict parameters, float epsilon,
        global const element *restrict residual, int4 residual_at, global element *restrict out, int4 out_at) {
    MMA_ROOM(ITEM_COUNT);
    int item = get_local_id(0);
    int lane = item % 32;
    int warp = item / 32;
    int pair = MMA_PAIR(lane);
    int tile = get_group_id(0);
    int image = get_group_id(2);
    in += in_at.s0 + image * in_at.s3;

#if defined(LEAD) && !defined(LEAD_MMA)
    local float input[NARROW * PITCH];
    parameters = lead_of_tile(in, in_at.s1, parameters, epsilon, tile, input, PITCH);
#else
    local uint input[(INPUT > NARROW ? INPUT : NARROW) / 2 * PITCH];
    EACH_TASK(i, PLACES) {
        SEE(i);
        _Pragma("unroll 1") for (int c = 0; c < INPUT; c += 8) {
            uint loaded[4];
            EACH(d, 4) loaded[d] = seen_pair(from, inside, c + 2 * d);
            EACH(d, 4) input[(c / 2 + d) * PITCH + i] = loaded[d];
        }
    }
    SYNC;
#endif
#if defined(KEEP) || defined(LEAD_MMA)
    uint4 left[M_TILES][NARROW / 16];
#ifdef LEAD_MMA
    global const uint4 *restrict lead = (global const uint4 *)(parameters + NARROW) + lane;
    EACH(n, NARROW / 8) {
        float made[M_TILES][4];
        EACH(m, M_TILES) EACH(i, 4) made[m][i] = 0.0f;
        EACH(k, LEAD_STEPS) {
            uint4 right = lead[(n * LEAD_STEPS + k) * SQUARE];
            EACH(m, M_TILES) {
                uint4 seen = (uint4)(
                        LEAD_WORD(n, 2 * k, 2 * m), LEAD_WORD(n, 2 * k, 2 * m + 1), LEAD_WORD(n, 2 * k + 1, 2 * m),
                        LEAD_WORD(n, 2 * k + 1, 2 * m + 1));
                MULTIPLY(made[m], seen, right.s0, right.s1);
                MULTIPLY(made[m], seen, right.s2, right.s3);
            }
        }
        float2 bias = *(global const float2 *)(parameters + n * 8 + pair);
        EACH(m, M_TILES) EACH(side, 2)
            ((uint *)&left[m][n / 2])[n % 2 * 2 + side] =
                    ACTIVATED(LEAD_AFTER, made[m][2 * side] + bias.s0, made[m][2 * side + 1] + bias.s1);
    }
    parameters += NARROW + NARROW / 8 * LEAD_STEPS * (4 * SQUARE);
#ifndef KEEP
    SYNC;
    EACH(m, M_TILES) EACH(k, NARROW / 16) EACH(w, 4)
        input[(k * 8 + w / 2 * 4 + lane % 4) * PITCH + OWN_PIXEL(2 * m + w % 2)] = ((uint *)&left[m][k])[w];
    SYNC;
#endif
#else
    EACH(m, M_TILES) EACH(k, NARROW / 16) left[m][k] = LEFT(k * 8, OWN_PIXEL(2 * m), OWN_PIXEL(2 * m + 1));
#endif
#endif

    global const float *restrict expand_bias = parameters;
    parameters += ENDS(EXPAND_FORMAT, HIDDEN_PADDED);
#ifdef INNER
    local uint hidden[CHUNK / 2 * HIDDEN_PITCH];
    global const float *restrict inner_bias = parameters;
    global const float *restrict inner = parameters + HIDDEN_PADDED;
    parameters = inner + HIDDEN_PADDED * INNER_KERNEL * INNER_KERNEL;
#endif
    global const float *restrict project_bias = parameters;

    parameters += ENDS(PROJECT_FORMAT, OUT_TILE);
#ifdef STAGED
    local uint4 stages[2][STEP_QUADS];
    int stage = 0;
    local const uint4 *weights;
    global const uint4 *restrict steps = (global const uint4 *)parameters;
    global const uint4 *last = steps + HIDDEN_PADDED / CHUNK * CHUNK_STEPS * STEP_QUADS;
    uint4 next[OWN_QUADS];
    FETCH;
#else
    global const uint4 *restrict weights = (global const uint4 *)parameters + lane - STEP_QUADS;
#endif

    float sum[M_TILES][OUT_TILE / 8][4];
    EACH(m, M_TILES) EACH(n, OUT_TILE / 8) EACH(i, 4) sum[m][n][i] = 0.0f;

    _Pragma("unroll 1") for (int first = 0; first < HIDDEN_PADDED; first += CHUNK) {
#ifdef INNER
        NEXT_STEP;
        /* Rounds in which each warp makes the hidden channels of ROUND_TILES x 16 places. */
        _Pragma("unroll 1") for (int round = 0; round * (16 * ROUND_TILES * WARPS) < PLACES; round++) {
            int place = (round * WARPS + warp) * (16 * ROUND_TILES) + MMA_ROW(lane);
            float made[ROUND_TILES][CHUNK / 8][4];
            EACH(m, ROUND_TILES) EACH(n, CHUNK / 8) EACH(i, 4) made[m][n][i] = 0.0f;
            EACH(k, NARROW / 16) {
                uint4 left[ROUND_TILES];
                EACH(m, ROUND_TILES)
                    left[m] = LEFT(k * 8, min(place + 16 * m, PLACES - 1), min(place + 16 * m + 8, PLACES - 1));
                EACH(n, CHUNK / 16) {
                    uint4 right = weights[(k * (CHUNK / 16) + n) * SQUARE];
                    EACH(m, ROUND_TILES) ADD_SQUARE(made[m] + 2 * n, left[m], right);
                }
            }
            EACH(m, ROUND_TILES) EACH(side, 2) {
                int at = place + 16 * m + 8 * side;
                int inside = INSIDE(FROM_Y(at), FROM_X(at));
                EACH(n, CHUNK / 8) {
                    int h = first + n * 8 + pair;
                    float *own = made[m][n] + 2 * side;
                    uint word = activated(SCALED_PAIR(EXPAND_FORMAT, own, expand_bias, HIDDEN_PADDED, h));
                    if (at < PLACES)
                        hidden[(n * 4 + lane % 4) * HIDDEN_PITCH + at] = inside ? word : 0;
                }
            }
        }
        SYNC;
#else
        float made[M_TILES][CHUNK / 8][4];
        EACH(m, M_TILES) EACH(n, CHUNK / 8) EACH(i, 4) made[m][n][i] = 0.0f;
        _Pragma("unroll 1") for (int t = 0; t < EXPAND_TAPS; t++) {
            NEXT_STEP;
            EACH(k, NARROW / 16) {
#ifndef KEEP
                uint4 seen[M_TILES];
                EACH(m, M_TILES) seen[m] = LEFT(k * 8, OWN_PLACE(2 * m, t), OWN_PLACE(2 * m + 1, t));
#define KEPT(m, k) seen[m]
#else
#define KEPT(m, k) left[m][k]
#endif
                EACH(n, CHUNK / 16) {
                    uint4 right = weights[(k * (CHUNK / 16) + n) * SQUARE];
                    EACH(m, M_TILES) ADD_SQUARE(made[m] + 2 * n, KEPT(m, k), right);
                }
            }
        }
#ifdef WINDOW
        NEXT_STEP;
#endif
#endif
        EACH_FACTOR(k) {
            uint4 factor[M_TILES];
#ifdef INNER
            EACH(n, 2) {
                int w = (2 * k + n) * 4 + lane % 4;
                int h = first + 2 * w;
                float2 filtered[2 * M_TILES];
                EACH(i, 2 * M_TILES) filtered[i] = *(global const float2 *)(inner_bias + h);
                EACH(s, INNER_KERNEL) {
                    float2 weight[INNER_KERNEL];
                    EACH(t, INNER_KERNEL)
                        weight[t] = *(global const float2 *)(inner + (t * INNER_KERNEL + s) * HIDDEN_PADDED + h);
                    EACH(column, COLUMNS) {
                        int corner = OWN_PIXEL(column) / TILE_WIDTH * INNER_STRIDE * HIDDEN_WIDTH
                                + OWN_PIXEL(column) % TILE_WIDTH * INNER_STRIDE + s;
                        EACH(r, SPAN(INNER, OWN_ROWS)) {
                            float2 value = vload_half2(
                                    w * HIDDEN_PITCH + corner + r * HIDDEN_WIDTH, (local const half *)hidden);
                            EACH(j, OWN_ROWS) {
                                int t = r - j * INNER_STRIDE;
                                int i = j * COLUMNS + column;
                                if (t >= 0 && t < INNER_KERNEL)
                                    filtered[i] = fma(weight[t], value, filtered[i]);
                            }
                        }
                    }
                }
                EACH(i, 2 * M_TILES)
                    ((uint *)&factor[i / 2])[n * 2 + i % 2] =
                            ACTIVATED(INNER_AFTER, filtered[i].s0, filtered[i].s1);
            }
#else
            EACH(n, 2) EACH(m, M_TILES) EACH(side, 2) {
                float *own = made[m][2 * k + n] + 2 * side;
                ((uint *)&factor[m])[n * 2 + side] = activated(
                        SCALED_PAIR(EXPAND_FORMAT, own, expand_bias, HIDDEN_PADDED, first + k * 16 + n * 8 + pair));
            }
#endif
            EACH(n, OUT_TILE / 16) {
                uint4 right = weights[PROJECT_AT + (k * (OUT_TILE / 16) + n) * SQUARE];
                EACH(m, M_TILES) ADD_SQUARE(sum[m] + 2 * n, factor[m], right);
            }
        }
#if defined(INNER) && !defined(STAGED)
        SYNC;
#endif
    }

    residual += residual_at.s0 + image * residual_at.s3;
    out += out_at.s0 + image * out_at.s3;
    EACH(i, 2 * M_TILES) {
        int y = Y(OWN_PIXEL(i));
        int x = X(OWN_PIXEL(i));
        EACH(n, OUT_TILE / 8) EACH(c, 2) {
            int o = n * 8 + pair + c;
            if (o < OUT_CHANNELS && y < HEIGHT && x < WIDTH)
                STORE(FINISHED(
                              SCALED(
                                      PROJECT_FORMAT, sum[i / 2][n][i % 2 * 2 + c], project_bias[o],
                                      project_bias[OUT_TILE + o]),
                              LOAD(residual + o * residual_at.s2 + y * residual_at.s1 + x)),
                      out + o * out_at.s2 + y * out_at.s1 + x);
        }
    }
}
