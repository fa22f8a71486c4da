/*
 * Spatially dynamic layers. An item is some rows of V channels on a CPU, one element on a GPU. A mask holds for each tile of a map its
 * place among the computed tiles, or -1. Kernels that make tiles have items for all tiles; those of tiles that are not computed end.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef AFTER_SKIP
#define AFTER_SKIP identity
#endif

/* First of size rows or columns under tile i of some. */
#define UNDER(i, size, tiles) ((int)((long)(i) * (size) / (tiles)))

float largest(real x) {
#if V == 1
    return x;
#else
    float lanes[V];
    STORE(x, lanes);
    float most = lanes[0];
    for (int lane = 1; lane < V; lane++)
        most = max(most, lanes[lane]);
    return most;
#endif
}

/*
 * The maximum under a tile, of all blocks; `unused` is -infinity for lanes after the last channel, else 0. A group has a tile.
 */
ITEMS kernel void score(
        global const float *in, int4 in_at, int in_height, int in_width, int blocks, global const float *unused, int rows,
        int columns, global float *scores) {
    int tile = get_global_id(1);
    int image = get_global_id(2);
    int top = UNDER(tile / columns, in_height, rows);
    int left = UNDER(tile % columns, in_width, columns);
    int width = UNDER(tile % columns + 1, in_width, columns) - left;
    int pixels = (UNDER(tile / columns + 1, in_height, rows) - top) * width;
    real most = (real)(-INFINITY);
    for (int block = 0; block < blocks; block++) {
        global const float *plane = PLANE(in, in_at, block, image);
        real lanes = block == blocks - 1 ? FLOATS(unused) : (real)(0.0f);
        for (int i = get_local_id(0); i < pixels; i += GROUP)
            most = max(most, LOAD(plane + PIXEL(in_at, top + i / width, left + i % width)) + lanes);
    }
#if GROUP > 1
    local real part[GROUP];
    for (int step = GROUP / 2; step > 0; step /= 2) {
        part[get_local_id(0)] = most;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (get_local_id(0) < step)
            most = max(most, part[get_local_id(0) + step]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#endif
    if (get_local_id(0) == 0)
        scores[image * rows * columns + tile] = largest(most);
}

/* The place of a tile: how many have a higher score, or the same one and a lower index. */
ITEMS kernel void rank(
        global const float *scores, int tiles, int kept, global float *out, int4 out_at, int rows, int height, int width) {
    out = PLANE(out, out_at, 0, get_global_id(2));
    EACH_PIXEL(y, x, rows, height, width) {
        int own = (int)((get_global_id(2) * height + y) * width + x);
        int place = 0;
        for (int i = 0; i < tiles; i++)
            place += scores[i] > scores[own] || (scores[i] == scores[own] && i < own) ? 1 : 0;
        out[PIXEL(out_at, y, x)] = place < kept ? place : -1;
    }
}

/* grid: rows and columns of the map, rows and columns of a tile. */
#define COLUMNS ((grid.s1 + grid.s3 - 1) / grid.s3)
#define TILES ((grid.s0 + grid.s2 - 1) / grid.s2 * COLUMNS)

/* Where a mask puts a tile of an image. */
int place_of(global const float *mask, int4 mask_at, int image, int row, int column) {
    return (int)PLANE(mask, mask_at, 0, image)[PIXEL(mask_at, row, column)];
}

ITEMS kernel void gather(
        global const float *in, int4 in_at, global const float *mask, int4 mask_at, int4 grid, int halo, global float *out,
        int4 out_at, int rows, int height, int width) {
    int image = get_global_id(2) / TILES;
    int row = get_global_id(2) % TILES / COLUMNS;
    int column = get_global_id(2) % COLUMNS;
    int place = place_of(mask, mask_at, image, row, column);
    if (place < 0)
        return;
    in = PLANE(in, in_at, get_global_id(1), image);
    out = PLANE(out, out_at, get_global_id(1), place);
    EACH_PIXEL(y, x, rows, height, width) {
        int p = row * grid.s2 - halo + (int)y;
        int q = column * grid.s3 - halo + (int)x;
        bool inside = p >= 0 && p < grid.s0 && q >= 0 && q < grid.s1;
        STORE(inside ? LOAD(in + PIXEL(in_at, p, q)) : (real)(0.0f), out + PIXEL(out_at, y, x));
    }
}

ITEMS kernel void exchange(
        global const float *in, int4 in_at, global const float *mask, int4 mask_at, int4 grid, int halo, global float *out,
        int4 out_at, int rows, int height, int width) {
    int image = get_global_id(2) / TILES;
    int row = get_global_id(2) % TILES / COLUMNS;
    int column = get_global_id(2) % COLUMNS;
    int place = place_of(mask, mask_at, image, row, column);
    if (place < 0)
        return;
    out = PLANE(out, out_at, get_global_id(1), place);
    EACH_PIXEL(y, x, rows, height, width) {
        int p = row * grid.s2 - halo + (int)y;
        int q = column * grid.s3 - halo + (int)x;
        bool inside = p >= 0 && p < grid.s0 && q >= 0 && q < grid.s1;
        int from = inside ? place_of(mask, mask_at, image, p / grid.s2, q / grid.s3) : -1;
        real pixel = (real)(0.0f);
        if (from >= 0)
            pixel = LOAD(PLANE(in, in_at, get_global_id(1), from) + PIXEL(in_at, p % grid.s2, q % grid.s3));
        STORE(pixel, out + PIXEL(out_at, y, x));
    }
}

ITEMS kernel void scatter(
        global const float *in, int4 in_at, global const float *mask, int4 mask_at, global const float *tiles, int4 tiles_at,
        int4 grid, global float *out, int4 out_at, int rows, int height, int width) {
    in = PLANE(in, in_at, get_global_id(1), get_global_id(2));
    out = PLANE(out, out_at, get_global_id(1), get_global_id(2));
    EACH_PIXEL(y, x, rows, height, width) {
        int p = (int)y;
        int q = (int)x;
        int place = place_of(mask, mask_at, get_global_id(2), p / grid.s2, q / grid.s3);
        real pixel;
        if (place < 0)
            pixel = AFTER_SKIP(LOAD(in + PIXEL(in_at, y, x)));
        else
            pixel = LOAD(PLANE(tiles, tiles_at, get_global_id(1), place) + PIXEL(tiles_at, p % grid.s2, q % grid.s3));
        STORE(pixel, out + PIXEL(out_at, y, x));
    }
}

/* Channels that stay or go together. */
#define CHANNELS 16

#define EACH_OF(i, n)                                                                          \
    for (int each = ((n) + (int)get_global_size(0) - 1) / (int)get_global_size(0),             \
             i = (int)get_global_id(0) * each, past = min((n), i + each);                      \
         i < past; i++)

/* The groups of channels that a mask chooses, by their places. */
ITEMS kernel void groups(global const float *mask, int4 mask_at, int columns, int count, global int *chosen) {
    EACH_OF(group, count) {
        int place = place_of(mask, mask_at, 0, group / columns, group % columns);
        if (place >= 0)
            chosen[place] = group;
    }
}

/*
 * Parameters of the chosen channels where a convolution reads them. A number from 1 up is a weight of its filter, output channel x input
 * channel x tap; from -1 down it is a bias.
 */
ITEMS kernel void choose(
        global const int *numbers, int count, global const float *filter, global const float *bias, global const int *inputs,
        global const int *outputs, int taps, int channels, int all, global float *out) {
    EACH_OF(i, count) {
        int number = numbers[i];
        int weight = max(number - 1, 0);
        int o = number < 0 ? -1 - number : weight / (channels * taps);
        int c = weight / taps % channels;
        o = outputs[o / CHANNELS] * CHANNELS + o % CHANNELS;
        c = inputs[c / CHANNELS] * CHANNELS + c % CHANNELS;
        if (number != 0)
            out[i] = number < 0 ? bias[o] : filter[(o * all + c) * taps + weight % taps];
    }
}
