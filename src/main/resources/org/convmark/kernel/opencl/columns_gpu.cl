/*
 * Convolution in groups too narrow for a matrix product, depthwise included, on a GPU, planes of single channels (V = 1). An
 * item makes OUT channels of a rectangle of COLUMN x ROW pixels, so that it reads each weight once and each value that
 * several taps need once. A group makes PLANES such sets of channels, ACROSS x DOWN items each; the input under them, with
 * halo, lies in local memory, CHUNK channels at a time. PITCH keeps the lanes of a warp on different banks. Weights: set of
 * channels x input channel x tap x OUT.
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
#define HEIGHT 56
#define GROUP_WIDTH 1
#define GROUP_OUT 1
#define SETS 128
#define IN_ROW 58
#define IN_PLANE 3364
#endif
#ifndef OUT
#define OUT 1
#define COLUMN 4
#define ROW 4
#define ACROSS 14
#define DOWN 14
#define PLANES 1
#define CHUNK 1
#define PITCH 64
#endif
/* Pixels that are stored at a time: 4 where rows of four pixels are aligned. */
#ifndef WIDE
#define WIDE 1
#endif

#define ITEM_COUNT (ACROSS * DOWN * PLANES)
#define REACH ((KERNEL - 1) * DILATION + 1)
#define TILE_HEIGHT ((DOWN * COLUMN - 1) * STRIDE + REACH)
#define TILE_WIDTH ((ACROSS * ROW - 1) * STRIDE + REACH)
/* Items that bring a row of the input to local memory, and rows that all items bring at a time. */
#define FILL_WIDTH (TILE_WIDTH < ITEM_COUNT ? TILE_WIDTH : ITEM_COUNT)
#define FILL_ROWS (ITEM_COUNT / FILL_WIDTH)
/* Whether no tile has rows that are not there. */
#define IS_WHOLE (HEIGHT % (DOWN * COLUMN) == 0)
/* The last row and column that some output needs: those beyond are of no use and may not exist. */
#define LAST_ROW ((HEIGHT - 1) * STRIDE + REACH - 1)
#define LAST_COLUMN ((WIDTH - 1) * STRIDE + REACH - 1)
#define TILES_ACROSS ((WIDTH + ACROSS * ROW - 1) / (ACROSS * ROW))

/* The OUT weights of a tap. */
#if OUT % 4 == 0
#define WEIGHTS(to, tap) EACH(q, OUT / 4) vstore4(NUMBERS(FORMAT, 4, weights, (tap) * (OUT / 4) + q), q, to)
#else
#define WEIGHTS(to, tap) EACH(q, OUT) (to)[q] = NUMBER(FORMAT, weights, (tap) * OUT + q)
#endif
/* Input rows, and columns, of an item; rows of four pixels are loaded as quads. */
#define ITEM_ROWS ((COLUMN - 1) * STRIDE + REACH)
#define ITEM_COLUMNS ((ROW - 1) * STRIDE + REACH)
#if ROW == 4
#define QUADS ((ITEM_COLUMNS + 3) / 4)
#define VALUES(to, from) EACH(q, QUADS) vstore4(((local const float4 *)(from))[q], q, to)
#else
#define QUADS ITEM_COLUMNS
#define VALUES(to, from) EACH(s, KERNEL) (to)[s * DILATION] = (from)[s * DILATION]
#endif
/* Each pair of an output row and a tap's row, ordered such that fewer registers wait: those of weights, or of values. */
#if KERNEL * KERNEL * OUT < ITEM_ROWS * ITEM_COLUMNS
#define OUTER ITEM_ROWS
#define TAP_ROW(a, j) ((a) >= (j) * STRIDE && ((a) - (j) * STRIDE) % DILATION == 0 ? ((a) - (j) * STRIDE) / DILATION : KERNEL)
#else
#define OUTER KERNEL
#define TAP_ROW(a, j) (a)
#endif
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)
/* The set of channels that a plane of this group makes; the last group may have too few. */
#define SET(plane) min((int)get_group_id(1) * PLANES + (plane), SETS - 1)

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void conv_columns(
        global const element *restrict in, int4 in_at, global const float *restrict weights,
        global const float *restrict bias, global const element *restrict residual, int4 residual_at,
        global element *restrict out, int4 out_at) {
    local float tile[PLANES * CHUNK * TILE_HEIGHT * PITCH] __attribute__((aligned(16)));
    int item = get_local_id(0);
    int plane = item / (ACROSS * DOWN);
    int down = item / ACROSS % DOWN * COLUMN;
    int across = item % ACROSS * ROW;
    int top = (int)get_group_id(0) / TILES_ACROSS * (DOWN * COLUMN);
    int left = (int)get_group_id(0) % TILES_ACROSS * (ACROSS * ROW);
    int image = get_group_id(2);
    int set = SET(plane);
    in += in_at.s0 + image * in_at.s3;
    int fill_row = item / FILL_WIDTH;

    float sum[COLUMN][ROW][OUT];
    EACH(j, COLUMN) EACH(p, ROW) EACH(o, OUT) sum[j][p][o] = BEGUN(FORMAT, bias[set * OUT + o]);
    for (int first = 0; first < GROUP_WIDTH; first += CHUNK) {
#if CHUNK < GROUP_WIDTH
        SYNC;
#endif
        for (int columns = 0; columns < TILE_WIDTH; columns += FILL_WIDTH) {
            int x = columns + item % FILL_WIDTH;
            int fills = x < TILE_WIDTH && item < FILL_ROWS * FILL_WIDTH;
            int fill_rows = fills ? min(TILE_HEIGHT, LAST_ROW + 1 - top * STRIDE) - fill_row : 0;
            for (int map = 0; map < PLANES * CHUNK; map++) {
                int channel = SET(map / CHUNK) / (GROUP_OUT / OUT) * GROUP_WIDTH + first + map % CHUNK;
                global const element *restrict from = in + channel * IN_PLANE + (top * STRIDE + fill_row) * IN_ROW
                        + min(left * STRIDE + x, LAST_COLUMN);
                local float *to = tile + (map * TILE_HEIGHT + fill_row) * PITCH + x;
                UNROLL for (int y = 0; y < TILE_HEIGHT; y += FILL_ROWS)
                    if (IS_WHOLE && y + FILL_ROWS <= TILE_HEIGHT ? fills : y < fill_rows)
                        to[y * PITCH] = LOAD(from + y * IN_ROW);
            }
        }
        SYNC;
        for (int c = 0; c < CHUNK; c++) {
            local const float *mine = tile + ((plane * CHUNK + c) * TILE_HEIGHT + down * STRIDE) * PITCH + across * STRIDE;
            int tap = (set * GROUP_WIDTH + first + c) * (KERNEL * KERNEL);
            EACH(a, OUTER) EACH(j, COLUMN) {
                int t = TAP_ROW(a, j);
                if (t < KERNEL) {
                    float row[4 * QUADS];
                    VALUES(row, mine + (j * STRIDE + t * DILATION) * PITCH);
                    EACH(s, KERNEL) {
                        float weight[OUT];
                        WEIGHTS(weight, tap + t * KERNEL + s);
                        EACH(p, ROW) EACH(o, OUT)
                            sum[j][p][o] = fma(weight[o], row[p * STRIDE + s * DILATION], sum[j][p][o]);
                    }
                }
            }
        }
    }

    int x = left + across;
    residual += residual_at.s0 + image * residual_at.s3 + x;
    out += out_at.s0 + image * out_at.s3 + x;
    EACH(j, COLUMN) EACH(o, OUT) {
        int y = top + down + j;
        int channel = set * OUT + o;
        EACH(p, ROW) sum[j][p][o] = SCALED(FORMAT, sum[j][p][o], bias[channel], bias[SETS * OUT + channel]);
        global const element *other = residual + channel * residual_at.s2 + y * residual_at.s1;
        global element *to = out + channel * out_at.s2 + y * out_at.s1;
#if WIDE == 4 && ROW == 4
        if (x < WIDTH && y < HEIGHT) {
            float4 added = LOAD4(other);
            STORE4(
                    ((float4)(
                            FINISHED(sum[j][0][o], added.s0), FINISHED(sum[j][1][o], added.s1),
                            FINISHED(sum[j][2][o], added.s2), FINISHED(sum[j][3][o], added.s3))),
                    to);
        }
#else
        EACH(p, ROW) if (x + p < WIDTH && y < HEIGHT) STORE(FINISHED(sum[j][p][o], LOAD(other + p)), to + p);
#endif
    }
}
