/*
 * Several layers as one kernel on a CPU. An item makes a band of rows, some rows of the result in a step: in each step
 * every stage makes the rows that those after it need, into windows that stay in L2. Only the inputs and the result are
 * whole tensors. No barriers: bands share nothing but what both make.
 *
 * maps: MAP ints each. forms: where each stage's form and parameters begin, then the forms. steps: where each item's steps
 * begin, then per step its image and per stage the rows made, from and to, and the rows outside the map to clear.
 */
#ifndef VEC
#include "vec.cl"
#include "window.cl"
#endif
#ifndef EACH_STAGE
#define MAPS 1
#define WINDOWS 0
#define STAGES 0
#define EACH_STAGE
#endif
#define BUFFERS 8
#define MAP 9

/* Rows outside the map are zeros. */
void clear(const Map *map, int from, int to) {
    for (int y = from; y < to; y++)
        for (int block = 0; block < map->blocks; block++)
            for (int x = 0; x < map->width; x++)
                STORE((real)(0.0f), ROW(*map, y) + block * map->plane + x * V);
}

ITEMS kernel void fused(
        global float *in0, global float *in1, global float *in2, global float *in3, global float *out,
        global float *windows, global const int *shapes, global const int *forms, global const int *steps,
        global const float *parameters) {
    size_t item = get_global_id(0);
    for (int step = steps[item]; step < steps[item + 1]; step++) {
        global const int *now = steps + get_global_size(0) + 1 + step * (1 + 4 * STAGES);
        Map maps[MAPS];
        for (int m = 0; m < MAPS; m++) {
            global const int *shape = shapes + m * MAP;
            int n = shape[0];
            global float *buffer = n == 0 ? in0 : n == 1 ? in1 : n == 2 ? in2 : n == 3 ? in3 : n == 4 ? out : windows;
            size_t part = n > 4 ? item : now[0];
            maps[m].at = buffer + shape[1] + part * shape[2];
            maps[m].row = shape[3];
            maps[m].plane = shape[4];
            maps[m].rows = shape[5];
            maps[m].border = shape[6];
            maps[m].blocks = shape[7];
            maps[m].width = shape[8];
        }
#define RUN(stage, result)                                                                                       \
    clear(maps + result, now[3 + 4 * stage], now[4 + 4 * stage]);                                               \
    PASTE(stage_, stage)(                                                                                       \
            maps, forms + forms[2 * stage], parameters + forms[2 * stage + 1], now[1 + 4 * stage], now[2 + 4 * stage]);
        EACH_STAGE
    }
}
