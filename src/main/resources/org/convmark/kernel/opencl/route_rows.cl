/*
 * A stage of a fused kernel on a CPU that moves channels. form: maps of the inputs, then the plan of the route kernel.
 */
#ifndef VEC
#include "vec.cl"
#include "window.cl"
#endif
#ifndef RESULT
#define STAGE 0
#define RESULT 1
#define INPUTS 1
#endif

void OF_STAGE(stage)(
        const Map *maps, global const int *form, global const float *parameters, int from, int to) {
    Map out = maps[RESULT];
    for (int block = 0; block < out.blocks; block++) {
        global const int *plan = form + INPUTS + block * (1 + 2 * V);
        int whole = plan[0];
        for (int lane = 0; lane < (whole ? 1 : V); lane++) {
            if (plan[1 + 2 * lane] < 0) {
                continue;
            }
            Map in = maps[form[plan[1 + 2 * lane]]];
            int channel = plan[2 + 2 * lane];
            for (int y = from; y < to; y++) {
                global const float *source = ROW(in, y) + channel / V * in.plane + channel % V;
                global float *target = ROW(out, y) + block * out.plane + lane;
                for (int x = 0; x < out.width * V; x += V) {
                    if (whole) {
                        STORE(LOAD(source + x), target + x);
                    } else {
                        target[x] = source[x];
                    }
                }
            }
        }
    }
}
