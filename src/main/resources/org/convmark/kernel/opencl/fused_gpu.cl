/*
 * A residual block as one kernel of a GPU: [lead convolution] [LayerNorm] -> expansion -> [depthwise] -> pointwise
 * projection [+ residual]. A group makes all channels of a tile of HEIGHT x WIDTH pixels. Its input with halo lies in local
 * memory; per CHUNK of hidden channels it expands them, filters them and adds their products to sums that stay in
 * registers, OWN_OUT channels x OWN_PIXELS pixels an item. Weights come from the caches: all items of a row of LANES read
 * the same one. A depthwise filter's halo is expanded by every tile that needs it.
 * Parameters: bias and filter of each convolution, in the format of its weights, gain and bias of the norm, in the order of the block.
 * Tested for its results, on a CPU; not measured on a GPU.
 */
#ifndef VEC
#define V 1
#include "vec.cl"
#endif
#ifndef HEIGHT
#define HEIGHT 4
#define WIDTH 8
#define CHUNK 16
#define IN 8
#define LEAD_OUT 8
#define LEAD_GROUP 8
#define LEAD_KERNEL 3
#define LEAD_STRIDE 1
#define LEAD_PADDING 1
#define LEAD_AFTER identity
#define LEAD_AFTER_FIRST UNROUNDED
#define LEAD_AFTER_LAST UNROUNDED
#define HIDDEN 32
#define EXPAND_GROUP 8
#define EXPAND_KERNEL 1
#define EXPAND_STRIDE 1
#define EXPAND_PADDING 0
#define EXPAND_AFTER relu
#define EXPAND_AFTER_FIRST UNROUNDED
#define EXPAND_AFTER_LAST UNROUNDED
#define INNER_KERNEL 1
#define INNER_STRIDE 1
#define INNER_PADDING 0
#define INNER_AFTER identity
#define INNER_AFTER_FIRST UNROUNDED
#define INNER_AFTER_LAST UNROUNDED
#define PROJECT_OUT 8
#define LEAD_FORMAT FP32
#define EXPAND_FORMAT FP32
#define INNER_FORMAT FP32
#define PROJECT_FORMAT FP32
#endif

#define LANES 32
#ifndef ROWS
#define ROWS 8
#endif
#define ITEM_COUNT (LANES * ROWS)

/* Rows and columns of a tile of hidden channels, of what they are made from, of the input. */
#define SPAN(tile, stage) (((tile) - 1) * stage##_STRIDE + stage##_KERNEL)
#define HIDDEN_HEIGHT SPAN(HEIGHT, INNER)
#define HIDDEN_WIDTH SPAN(WIDTH, INNER)
#define LEAD_HEIGHT SPAN(HIDDEN_HEIGHT, EXPAND)
#define LEAD_WIDTH SPAN(HIDDEN_WIDTH, EXPAND)
#define IN_HEIGHT SPAN(LEAD_HEIGHT, LEAD)
#define IN_WIDTH SPAN(LEAD_WIDTH, LEAD)

#define OWN_OUT ((PROJECT_OUT + ROWS - 1) / ROWS)
#define OWN_PIXELS ((HEIGHT * WIDTH + LANES - 1) / LANES)
#define OWN_HIDDEN (CHUNK / ROWS)
#define EXPAND_TERMS (EXPAND_GROUP * EXPAND_KERNEL * EXPAND_KERNEL)
#define LEAD_TERMS (LEAD_GROUP * LEAD_KERNEL * LEAD_KERNEL)
#define INNER_TERMS (INNER_KERNEL * INNER_KERNEL)
/* First of the channels that output channel o of a grouped convolution sees. */
#define SEEN(o, in, out, group) ((in) == (group) ? 0 : (o) / ((out) / ((in) / (group))) * (group))

/*
 * Each of n pixels for one lane, each of n elements for one item. All items go round as often as each other: on PoCL 3.1
 * rows came out wrong where the number of rounds ahead of a barrier differed.
 */
#define SHARE(i, n, mine, all)                                      \
    for (int i##_first = 0; i##_first < (n); i##_first += (all))    \
        for (int i = i##_first + (mine); i < min((n), i##_first + (all)); i += (all))
#define EACH_LANE(p, n) SHARE(p, n, lane, LANES)
#define EACH_ITEM(i, n) SHARE(i, n, item, ITEM_COUNT)

#define SYNC barrier(CLK_LOCAL_MEM_FENCE)
#define INSIDE(y, x, map) ((y) >= 0 && (y) < map.s0 && (x) >= 0 && (x) < map.s1)

/* maps: rows and columns of the input, of what the lead makes; hidden, out_map: of those. */
__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void fused_tile(
        global const element *in, int4 in_at, int4 maps, int4 ends, global const float *parameters, float epsilon,
        global const element *residual, int4 residual_at, global element *out, int4 out_at, int tiles) {
    local float input[IN * IN_HEIGHT * IN_WIDTH];
    local float hidden[CHUNK * HIDDEN_HEIGHT * HIDDEN_WIDTH];
    int item = get_local_id(0);
    int lane = item % LANES;
    int row = item / LANES;
    size_t image = get_global_id(2);
    int top = get_group_id(0) / tiles * HEIGHT;
    int left = get_group_id(0) % tiles * WIDTH;
    int hidden_top = top * INNER_STRIDE - INNER_PADDING;
    int hidden_left = left * INNER_STRIDE - INNER_PADDING;
    int lead_top = hidden_top * EXPAND_STRIDE - EXPAND_PADDING;
    int lead_left = hidden_left * EXPAND_STRIDE - EXPAND_PADDING;
    int in_top = lead_top * LEAD_STRIDE - LEAD_PADDING;
    int in_left = lead_left * LEAD_STRIDE - LEAD_PADDING;

    EACH_ITEM(i, IN * IN_HEIGHT * IN_WIDTH) {
        int y = in_top + i / IN_WIDTH % IN_HEIGHT;
        int x = in_left + i % IN_WIDTH;
        input[i] = INSIDE(y, x, maps.lo) ? LOAD(PLANE(in, in_at, i / (IN_HEIGHT * IN_WIDTH), image) + PIXEL(in_at, y, x)) : 0.0f;
    }
    SYNC;

#ifdef LEAD
    local float lead[LEAD_OUT * LEAD_HEIGHT * LEAD_WIDTH];
    global const float *lead_filter = parameters + ENDS(LEAD_FORMAT, LEAD_OUT);
    EACH_ITEM(i, LEAD_OUT * LEAD_HEIGHT * LEAD_WIDTH) {
        int o = i / (LEAD_HEIGHT * LEAD_WIDTH);
        int y = i / LEAD_WIDTH % LEAD_HEIGHT;
        int x = i % LEAD_WIDTH;
        local const float *from = input + (SEEN(o, IN, LEAD_OUT, LEAD_GROUP) * IN_HEIGHT + y * LEAD_STRIDE) * IN_WIDTH
                + x * LEAD_STRIDE;
        int w = o * LEAD_TERMS;
        float sum = BEGUN(LEAD_FORMAT, parameters[o]);
        for (int c = 0; c < LEAD_GROUP; c++)
            for (int r = 0; r < LEAD_KERNEL; r++)
                for (int s = 0; s < LEAD_KERNEL; s++, w++)
                    sum = fma(NUMBER(LEAD_FORMAT, lead_filter, w), from[(c * IN_HEIGHT + r) * IN_WIDTH + s], sum);
        sum = SCALED(LEAD_FORMAT, sum, parameters[o], parameters[LEAD_OUT + o]);
        lead[i] = INSIDE(lead_top + y, lead_left + x, maps.hi) ? THROUGH(LEAD_AFTER, sum) : 0.0f;
    }
    SYNC;
    parameters = lead_filter + WORDS(LEAD_FORMAT, LEAD_OUT * LEAD_TERMS);
#else
#define lead input
#endif

#ifdef NORM
    EACH_ITEM(i, LEAD_HEIGHT * LEAD_WIDTH) {
        local float *pixel = lead + i;
        float mean = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++)
            mean += pixel[c * LEAD_HEIGHT * LEAD_WIDTH];
        mean /= (float)LEAD_OUT;
        float squares = 0.0f;
        for (int c = 0; c < LEAD_OUT; c++) {
            float d = pixel[c * LEAD_HEIGHT * LEAD_WIDTH] - mean;
            squares = fma(d, d, squares);
        }
        float factor = 1.0f / sqrt(squares / (float)LEAD_OUT + epsilon);
        for (int c = 0; c < LEAD_OUT; c++) {
            float scaled = (pixel[c * LEAD_HEIGHT * LEAD_WIDTH] - mean) * factor;
            pixel[c * LEAD_HEIGHT * LEAD_WIDTH] = fma(scaled, parameters[c], parameters[LEAD_OUT + c]);
        }
    }
    SYNC;
    parameters += 2 * LEAD_OUT;
#endif

    global const float *expand = parameters + ENDS(EXPAND_FORMAT, HIDDEN);
    global const float *inner = expand + WORDS(EXPAND_FORMAT, HIDDEN * EXPAND_TERMS);
#ifdef INNER
    global const float *inner_filter = inner + ENDS(INNER_FORMAT, HIDDEN);
    global const float *last = inner_filter + WORDS(INNER_FORMAT, HIDDEN * INNER_TERMS);
    local float filtered[CHUNK * HEIGHT * WIDTH];
#else
    global const float *last = inner;
#define filtered hidden
#endif
    global const float *project = last + ENDS(PROJECT_FORMAT, PROJECT_OUT);
    float sum[OWN_OUT][OWN_PIXELS];
    UNROLL for (int i = 0; i < OWN_OUT; i++)
        UNROLL for (int j = 0; j < OWN_PIXELS; j++) sum[i][j] = BEGUN(PROJECT_FORMAT, last[min(row + i * ROWS, PROJECT_OUT - 1)]);

    for (int first = 0; first < HIDDEN; first += CHUNK) {
        EACH_LANE(p, HIDDEN_HEIGHT * HIDDEN_WIDTH) {
            int y = p / HIDDEN_WIDTH;
            int x = p % HIDDEN_WIDTH;
            local const float *from = lead + y * EXPAND_STRIDE * LEAD_WIDTH + x * EXPAND_STRIDE;
            float made[OWN_HIDDEN];
            UNROLL for (int i = 0; i < OWN_HIDDEN; i++)
                made[i] = BEGUN(EXPAND_FORMAT, parameters[min(first + row + i * ROWS, HIDDEN - 1)]);
            int term = 0;
            for (int c = 0; c < EXPAND_GROUP; c++) {
                for (int r = 0; r < EXPAND_KERNEL; r++) {
                    for (int s = 0; s < EXPAND_KERNEL; s++, term++) {
                        UNROLL for (int i = 0; i < OWN_HIDDEN; i++) {
                            int h = min(first + row + i * ROWS, HIDDEN - 1);
                            int channel = SEEN(h, LEAD_OUT, HIDDEN, EXPAND_GROUP) + c;
                            made[i] = fma(
                                    NUMBER(EXPAND_FORMAT, expand, h * EXPAND_TERMS + term),
                                    from[(channel * LEAD_HEIGHT + r) * LEAD_WIDTH + s], made[i]);
                        }
                    }
                }
            }
            int seen = INSIDE(hidden_top + y, hidden_left + x, ends.lo);
            UNROLL for (int i = 0; i < OWN_HIDDEN; i++) {
                int h = min(first + row + i * ROWS, HIDDEN - 1);
                made[i] = SCALED(EXPAND_FORMAT, made[i], parameters[h], parameters[HIDDEN + h]);
                hidden[(row + i * ROWS) * HIDDEN_HEIGHT * HIDDEN_WIDTH + p] =
                        seen ? THROUGH(EXPAND_AFTER, made[i]) : 0.0f;
            }
        }
        SYNC;
#ifdef INNER
        EACH_LANE(p, HEIGHT * WIDTH) {
            int y = p / WIDTH * INNER_STRIDE;
            int x = p % WIDTH * INNER_STRIDE;
            for (int i = row; i < CHUNK; i += ROWS) {
                int h = min(first + i, HIDDEN - 1);
                float made = BEGUN(INNER_FORMAT, inner[h]);
                for (int r = 0; r < INNER_KERNEL; r++)
                    for (int s = 0; s < INNER_KERNEL; s++)
                        made = fma(
                                NUMBER(INNER_FORMAT, inner_filter, h * INNER_TERMS + r * INNER_KERNEL + s),
                                hidden[(i * HIDDEN_HEIGHT + y + r) * HIDDEN_WIDTH + x + s], made);
                made = SCALED(INNER_FORMAT, made, inner[h], inner[HIDDEN + h]);
                filtered[i * HEIGHT * WIDTH + p] = THROUGH(INNER_AFTER, made);
            }
        }
        SYNC;
#endif
        int count = min(CHUNK, HIDDEN - first);
        /* Not unrolled: clang for AMD would load the weights of all rounds first, and spill. */
        _Pragma("unroll 1") for (int i = 0; i < count; i++) {
            float value[OWN_PIXELS];
            UNROLL for (int j = 0; j < OWN_PIXELS; j++)
                value[j] = filtered[i * HEIGHT * WIDTH + min(lane + j * LANES, HEIGHT * WIDTH - 1)];
            UNROLL for (int o = 0; o < OWN_OUT; o++) {
                float weight =
                        NUMBER(PROJECT_FORMAT, project, min(row + o * ROWS, PROJECT_OUT - 1) * HIDDEN + first + i);
                UNROLL for (int j = 0; j < OWN_PIXELS; j++) sum[o][j] = fma(weight, value[j], sum[o][j]);
            }
        }
        SYNC;
    }

    UNROLL for (int i = 0; i < OWN_OUT; i++) {
        UNROLL for (int j = 0; j < OWN_PIXELS; j++) {
            int o = row + i * ROWS;
            int p = lane + j * LANES;
            int own = min(o, PROJECT_OUT - 1);
            float all = SCALED(PROJECT_FORMAT, sum[i][j], last[own], last[PROJECT_OUT + own]);
            int y = top + p / WIDTH;
            int x = left + p % WIDTH;
            if (o < PROJECT_OUT && p < HEIGHT * WIDTH && y < ends.s2 && x < ends.s3)
                STORE(EPILOGUE(all, PLANE(residual, residual_at, o, image) + PIXEL(residual_at, y, x)),
                      PLANE(out, out_at, o, image) + PIXEL(out_at, y, x));
        }
    }
}
