/*
 * Convolution on a CPU, dense or grouped. An item is one row of OUT blocks of V output channels: for each tile of PIXELS
 * columns, over the input blocks its filters see, filter rows, columns and CHANNELS channels of a block. The OUT x PIXELS
 * sums stay in registers; a step loads OUT weight vectors and broadcasts one input value per pixel. The last tile of a
 * row is moved left to end at the edge, so it computes some pixels a second time.
 * Share of the compute roof beside it, PoCL 3.1, one core of a Zen 3 EPYC (V = 8): 3x3 64@56 97 %, 128@28 98 %. Both cores
 * of the shared machine, medians: 94-99, 96, 256@14 78-81, 512@7 65-68 %; 1x1 83-95 %; groups of 8, 61 %, of 32, 90 %.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef OUT
#define OUT 2
#endif
#ifndef PIXELS
#define PIXELS 6
#endif
#ifndef CHANNELS
#define CHANNELS V
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

#define EACH_SUM                                        \
    UNROLL for (int o = 0; o < OUT; o++) \
        UNROLL for (int t = 0; t < PIXELS; t++)

/*
 * One row of a tile of output channels; `rows` has the input row under each row of the filter, at its first column. `first` is the
 * first vector of the tile's weights.
 */
void OF_STAGE(conv_row)(
        global const float *const *rows, size_t plane, global const float *weights, size_t first, global const float *bias,
        global const float *scale, int blocks, global const float *residual, size_t residual_plane, global float *out, size_t out_plane, int width,
        int out_blocks) {
    for (int next = 0; next < width; next += PIXELS) {
        size_t x = min(next, width - PIXELS);
        real sum[OUT][PIXELS];
        EACH_SUM sum[o][t] = BEGUN(FORMAT, FLOATS(bias + o * V));
        size_t w = first;
        for (int b = 0; b < blocks; b++) {
            for (int r = 0; r < KERNEL; r++) {
                global const float *row = rows[r] + (size_t)b * plane + x * (STRIDE * V);
                for (int s = 0; s < KERNEL; s++, row += DILATION * V) {
                    UNROLL for (int c = 0; c < CHANNELS; c++, w += OUT) {
                        real weight[OUT];
                        UNROLL for (int o = 0; o < OUT; o++) weight[o] = NUMBERS(FORMAT, V, weights, w + o);
                        UNROLL for (int t = 0; t < PIXELS; t++) {
                            real value = (real)(row[t * STRIDE * V + c]);
                            UNROLL for (int o = 0; o < OUT; o++)
                                sum[o][t] = fma(weight[o], value, sum[o][t]);
                        }
                    }
                }
            }
        }
        EACH_SUM if (o < out_blocks) {
            size_t at = x * V + t * V;
            real all = SCALED(FORMAT, sum[o][t], FLOATS(bias + o * V), FLOATS(scale + o * V));
            STORE(EPILOGUE(all, residual + o * residual_plane + at), out + o * out_plane + at);
        }
    }
}

#ifndef STAGE
ITEMS kernel void conv(
        global const float *in, int4 in_at, global const float *weights, global const float *bias,
        global const int *first_block, int blocks, global const float *residual, int4 residual_at,
        global float *out, int4 out_at, int width, int out_blocks) {
    size_t y = get_global_id(0);
    size_t tile = get_global_id(1);
    size_t image = get_global_id(2);
    global const float *rows[KERNEL];
    for (int r = 0; r < KERNEL; r++)
        rows[r] = PLANE(in, in_at, first_block[tile], image) + (y * STRIDE + r * DILATION) * in_at.s1;
    OF_STAGE(conv_row)(
            rows, in_at.s2, weights, tile * blocks * (KERNEL * KERNEL * CHANNELS * OUT), bias + tile * OUT * V,
            bias + (get_global_size(1) + tile) * OUT * V, blocks,
            PLANE(residual, residual_at, tile * OUT, image) + y * residual_at.s1, residual_at.s2,
            PLANE(out, out_at, tile * OUT, image) + y * out_at.s1, out_at.s2, width, out_blocks - (int)tile * OUT);
}
#else
/* Tiles outermost, so that their weights stay in L1 for all rows. form: blocks, tiles, first block of each tile. */
void OF_STAGE(stage)(
        const Map *maps, global const int *form, global const float *parameters, int from, int to) {
    Map in = maps[SOURCE];
    Map residual = maps[OTHER];
    Map out = maps[RESULT];
    int blocks = form[0];
    int tiles = form[1];
    int taken = blocks * (KERNEL * KERNEL * CHANNELS * OUT);
    global const float *weights = parameters + ENDS(FORMAT, tiles * OUT * V);
    for (int tile = 0; tile < tiles; tile++) {
        for (int y = from; y < to; y++) {
            global const float *rows[KERNEL];
            for (int r = 0; r < KERNEL; r++)
                rows[r] = ROW(in, y * STRIDE - PADDING + r * DILATION) - PADDING * V + form[2 + tile] * in.plane;
            OF_STAGE(conv_row)(
                    rows, in.plane, weights, tile * taken, parameters + tile * OUT * V,
                    parameters + (tiles + tile) * OUT * V, blocks,
                    ROW(residual, y) + tile * OUT * residual.plane, residual.plane,
                    ROW(out, y) + tile * OUT * out.plane, out.plane, out.width, out.blocks - tile * OUT);
        }
    }
}
#endif
