/*
 * Convolution on a GPU, planes of single channels (V = 1), as a matrix product per image and group: output channels x
 * pixels, summed over input channel, filter row and column.
 *
 * conv_tile: a group of SIDE x SIDE items makes TILE channels x TILE pixels. Per step DEPTH rows of both factors go
 * through local memory; every item keeps its share of the sums in registers. `offset` says where in a plane each term of the sum lies, so the
 * input is gathered without divisions. Weights are padded with zeros to full tiles: group x term x channel.
 *
 * conv_grouped: for groups too narrow for tiles, depthwise included. An item makes CHANNELS channels of one pixel.
 */
#ifndef VEC
#ifndef V
#define V 1
#endif
#include "vec.cl"
#endif
#ifndef STRIDE
#define STRIDE 1
#endif
#ifndef CHANNELS
#define CHANNELS 4
#endif

#ifndef TILE
#define TILE 64
#endif
#ifndef DEPTH
#define DEPTH 16
#endif
#ifndef SIDE
#define SIDE 16
#endif
#define OWN (TILE / SIDE)
#define EACH_OWN(i) UNROLL for (int i = 0; i < OWN; i++)

__attribute__((reqd_work_group_size(SIDE, SIDE, 1))) kernel void conv_tile(
        global const float *in, int4 in_at, int group_plane, global const float *weights, global const float *bias,
        global const int *offset, int terms, global const float *residual, int4 residual_at, global float *out,
        int4 out_at, int width, int pixels, int group_out, int padded_out, int groups) {
    local float a[DEPTH][TILE];
    local float b[DEPTH][TILE];
    size_t group = get_group_id(2) % groups;
    size_t image = get_group_id(2) / groups;
    size_t item = get_local_id(1) * SIDE + get_local_id(0);
    size_t column = item % TILE;
    size_t first = get_group_id(0) * TILE;
    size_t pixel = min(first + column, (size_t)(pixels - 1));
    in = PLANE(in, in_at, 0, image) + group * group_plane + pixel / width * STRIDE * in_at.s1 + pixel % width * STRIDE;
    weights += group * terms * padded_out + get_group_id(1) * TILE + column;

    float sum[OWN][OWN];
    EACH_OWN(i) EACH_OWN(j) sum[i][j] = 0.0f;
    for (int k = 0; k < terms; k += DEPTH) {
        for (size_t d = item / TILE; d < DEPTH; d += SIDE * SIDE / TILE) {
            a[d][column] = weights[(k + d) * padded_out];
            b[d][column] = in[offset[k + d]];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int d = 0; d < DEPTH; d++) {
            float w[OWN];
            float x[OWN];
            EACH_OWN(i) w[i] = a[d][get_local_id(1) + i * SIDE];
            EACH_OWN(j) x[j] = b[d][get_local_id(0) + j * SIDE];
            EACH_OWN(i) EACH_OWN(j) sum[i][j] = fma(w[i], x[j], sum[i][j]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    EACH_OWN(i) EACH_OWN(j) {
        size_t o = get_group_id(1) * TILE + get_local_id(1) + i * SIDE;
        size_t n = first + get_local_id(0) + j * SIDE;
        if (o < group_out && n < pixels) {
            size_t channel = group * group_out + o;
            size_t y = n / width;
            size_t x = n % width;
            STORE(EPILOGUE(sum[i][j] + bias[channel], PLANE(residual, residual_at, channel, image) + PIXEL(residual_at, y, x)),
                  PLANE(out, out_at, channel, image) + PIXEL(out_at, y, x));
        }
    }
}

ITEMS kernel void conv_grouped(
        global const float *in, int4 in_at, int group_plane, global const float *weights, global const float *bias,
        global const int *offset, int terms, global const float *residual, int4 residual_at, global float *out,
        int4 out_at, int width, int pixels, int group_out) {
    size_t n = get_global_id(0);
    if (n >= pixels) {
        return;
    }
    size_t y = n / width;
    size_t x = n % width;
    size_t image = get_global_id(2);
    size_t channel = get_global_id(1) * CHANNELS;
    in = PLANE(in, in_at, 0, image) + channel / group_out * group_plane + y * STRIDE * in_at.s1 + x * STRIDE;
    weights += channel * terms;

    float sum[CHANNELS];
    UNROLL for (int o = 0; o < CHANNELS; o++) sum[o] = bias[channel + o];
    for (int k = 0; k < terms; k++) {
        float value = in[offset[k]];
        UNROLL for (int o = 0; o < CHANNELS; o++)
            sum[o] = fma(weights[o * terms + k], value, sum[o]);
    }
    UNROLL for (int o = 0; o < CHANNELS; o++)
        STORE(EPILOGUE(sum[o], PLANE(residual, residual_at, channel + o, image) + PIXEL(residual_at, y, x)),
              PLANE(out, out_at, channel + o, image) + PIXEL(out_at, y, x));
}
