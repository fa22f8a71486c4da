/*
 * Convolution on a GPU as a matrix product of half precision with sums of floats, on tensor cores, on top of product_gpu.cl. Four warps,
 * WARPS_OUT below each other, share a tile; each makes M_TILES x N_TILES products of 16 channels by 8 pixels from 8 terms, two channels
 * each, at a time. Weights come from global memory as the items of a warp need them: tile x 8 terms x 16 channels x item x quad of words.
 */
#ifndef VEC
#define MMA C
#define FORMAT FP16
#define WARPS_OUT 1
#include "product_gpu.cl"
#endif

#define WARPS_PIXEL (ITEM_COUNT / 32 / WARPS_OUT)
#define M_TILES (OUT_TILE / 16 / WARPS_OUT)
#define N_TILES (PIXEL_TILE / 8 / WARPS_PIXEL)
/* Words from term to term in local memory: so the items of a warp read different banks. */
#define PITCH (PIXEL_TILE + 8)
#define STEP_QUADS (OUT_TILE * 2)

__attribute__((reqd_work_group_size(ITEM_COUNT, 1, 1))) kernel void conv_mma(
        global const element *restrict in, int4 in_at, global const uint4 *restrict weights,
        global const float *restrict bias, global const element *restrict residual, int4 residual_at,
        global element *restrict out, int4 out_at) {
    MMA_ROOM(ITEM_COUNT);
    local term values[2][DEPTH * PITCH];
    PLACE;
    int lane = item % 32;
    int own_out = item / 32 / WARPS_PIXEL * M_TILES * 16;
    int own_pixel = item / 32 % WARPS_PIXEL * N_TILES * 8;
    weights += ((group * OUT_TILES + tile) * (ALL_STEPS * DEPTH / 8) * OUT_TILE + own_out) * 2;

    float sum[M_TILES][N_TILES][4];
    EACH(m, M_TILES) EACH(n, N_TILES) EACH(i, 4) sum[m][n][i] = 0.0f;
    term next_values[OWN_VALUES];
    FETCH_VALUES(split * STEPS * DEPTH);
    int buffer = 0;
    _Pragma("unroll 1") for (int k = split * STEPS * DEPTH; k < end; k += DEPTH, buffer ^= 1) {
        EACH(i, OWN_VALUES) values[buffer][(row + i * ROWS_APART) * PITCH + item % PIXEL_TILE] = next_values[i];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k + DEPTH < end) {
            FETCH_VALUES(k + DEPTH);
        }
        EACH(s, DEPTH / 8) {
            global const uint4 *restrict from = weights + (k / 8 + s) * STEP_QUADS;
            local const term *column = values[buffer] + s * 8 * PITCH + own_pixel;
            uint4 a[M_TILES];
            EACH(m, M_TILES) a[m] = from[m * 32 + lane];
            EACH(n, N_TILES) {
                local const term *b = column + MMA_PAIR(lane) / 2 * PITCH + n * 8 + MMA_ROW(lane);
                uint b0 = b[0], b1 = b[4 * PITCH];
                EACH(m, M_TILES) MULTIPLY(sum[m][n], a[m], b0, b1);
            }
        }
    }

    residual += residual_at.s0 + image * residual_at.s3;
#if SPLITS == 1
    out += out_at.s0 + image * out_at.s3;
#endif
    EACH(n, N_TILES) EACH(i, 2) {
        int p = first + own_pixel + n * 8 + MMA_PAIR(lane) + i;
        EACH(m, M_TILES) EACH(j, 2) {
            int o = own_out + m * 16 + MMA_ROW(lane) + j * 8;
            int channel = group * GROUP_OUT + tile * OUT_TILE + o;
            float made = sum[m][n][j * 2 + i];
#if SPLITS > 1
            if (p < PIXELS)
                PARTS(out)[o * PIXELS + p] = made;
#else
            if (EXISTS(tile * OUT_TILE + o) && p < PIXELS)
                STORE(FINISHED(
                              LAST_SUM(made, bias[channel], bias[GROUPS * GROUP_OUT + channel]),
                              LOAD(residual + channel * residual_at.s2 + AT(residual_at, p))),
                      out + channel * out_at.s2 + AT(out_at, p));
#endif
        }
    }
}
