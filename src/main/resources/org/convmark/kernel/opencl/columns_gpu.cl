/*
 * Convolution in groups too narrow for a matrix product, depthwise included, on a GPU, planes of single channels (V = 1). An
 * item makes OUT channels of COLUMN pixels one below the other, so that it reads each weight once and each value that
 * several rows of the filter need once. A group makes PLANES such sets of channels, ACROSS x DOWN items each; the input
 * under them, with halo, lies in local memory, CHUNK channels at a time. PITCH keeps the lanes of a warp on different
 * banks. Weights: set of channels x input channel x tap x OUT.
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
#define ACROSS 56
#define DOWN 4
#define PLANES 1
#define CHUNK 1
#define PITCH 62
#endif

#define ITEM_COUNT (ACROSS * DOWN * PLANES)
#define REACH ((KERNEL - 1) * DILATION + 1)
#define TILE_HEIGHT ((DOWN * COLUMN - 1) * STRIDE + REACH)
#define TILE_WIDTH ((ACROSS - 1) * STRIDE + REACH)
#define TILE (PLANES * CHUNK * TILE_HEIGHT * TILE_WIDTH)
/* The last row and column that some output needs: those beyond are of no use and may not exist. */
#define LAST_ROW ((HEIGHT - 1) * STRIDE + REACH - 1)
#define LAST_COLUMN ((WIDTH - 1) * STRIDE + REACH - 1)
#define TILES_ACROSS ((WIDTH + ACROSS - 1) / ACROSS)

#if OUT % 4 == 0
#define WEIGHTS(to, from) EACH(q, OUT / 4) vstore4(((global const float4 *)(from))[q], q, to)
#else
#define WEIGHTS(to, from) EACH(q, OUT) (to)[q] = (from)[q]
#endif
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)
/* The set of channels that a plane of this group makes; the last group may have too few. */
#define SET(plane) min((int)get_group_id(1) * PLANES + (plane), SETS - 1)

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void conv_columns(
        global const float *restrict in, int4 in_at, global const float *restrict weights,
        global const float *restrict bias, global const float *restrict residual, int4 residual_at,
        global float *restrict out, int4 out_at) {
    local float tile[PLANES * CHUNK * TILE_HEIGHT * PITCH];
    int item = get_local_id(0);
    int plane = item / (ACROSS * DOWN);
    int down = item / ACROSS % DOWN * COLUMN;
    int across = item % ACROSS;
    int top = (int)get_group_id(0) / TILES_ACROSS * (DOWN * COLUMN);
    int left = (int)get_group_id(0) % TILES_ACROSS * ACROSS;
    int image = get_group_id(2);
    int set = SET(plane);
    in += in_at.s0 + image * in_at.s3;
    weights += set * (GROUP_WIDTH * KERNEL * KERNEL * OUT);

    float sum[COLUMN][OUT];
    EACH(j, COLUMN) EACH(o, OUT) sum[j][o] = bias[set * OUT + o];
    for (int first = 0; first < GROUP_WIDTH; first += CHUNK) {
#if CHUNK < GROUP_WIDTH
        SYNC;
#endif
        for (int from = 0; from < TILE; from += ITEM_COUNT) {
            int i = from + item;
            if (i < TILE) {
                int y = i / TILE_WIDTH % TILE_HEIGHT;
                int x = i % TILE_WIDTH;
                int channel = SET(i / (CHUNK * TILE_HEIGHT * TILE_WIDTH)) / (GROUP_OUT / OUT) * GROUP_WIDTH + first
                        + i / (TILE_HEIGHT * TILE_WIDTH) % CHUNK;
                tile[i / TILE_WIDTH * PITCH + x] = in[channel * IN_PLANE
                        + min(top * STRIDE + y, LAST_ROW) * IN_ROW + min(left * STRIDE + x, LAST_COLUMN)];
            }
        }
        SYNC;
        for (int c = 0; c < CHUNK; c++) {
            local const float *mine = tile + ((plane * CHUNK + c) * TILE_HEIGHT + down * STRIDE) * PITCH + across * STRIDE;
            global const float *restrict w = weights + (first + c) * (KERNEL * KERNEL * OUT);
            EACH(t, KERNEL) EACH(s, KERNEL) {
                float weight[OUT];
                WEIGHTS(weight, w + (t * KERNEL + s) * OUT);
                EACH(j, COLUMN) EACH(o, OUT)
                    sum[j][o] = fma(
                            weight[o], mine[(j * STRIDE + t * DILATION) * PITCH + s * DILATION], sum[j][o]);
            }
        }
    }

    int x = left + across;
    residual += residual_at.s0 + image * residual_at.s3 + x;
    out += out_at.s0 + image * out_at.s3 + x;
    EACH(j, COLUMN) EACH(o, OUT) {
        int y = top + down + j;
        int channel = set * OUT + o;
        if (x < WIDTH && y < HEIGHT)
            STORE(EPILOGUE(sum[j][o], residual + channel * residual_at.s2 + y * residual_at.s1),
                  out + channel * out_at.s2 + y * out_at.s1);
    }
}
