/*
 * Stages of a fused kernel on a CPU that make each element from elements at the same pixel, those that stand alone between
 * convolutions: a stage is one vector of channels at a time, as fast as L2.
 */
#ifndef VEC
#include "vec.cl"
#include "window.cl"
#endif
#ifndef SOURCE
#define STAGE 0
#define SOURCE 0
#define OTHER 0
#define RESULT 1
#define ELEMENT(block) relu(X)
#endif

/* X, at the same pixel of the other map, and the only pixel of a gate; parameters per channel. */
#define X LOAD(in_row + x * V)
#define Y LOAD(other_row + x * V)
#define GATE LOAD(other.at + other.border * other.row + block * other.plane)
#define PARAMETER(i) FLOATS(parameters + ((i) * out.blocks + block) * V)

void OF_STAGE(stage)(
        const Map *maps, global const int *form, global const float *parameters, int from, int to) {
    Map in = maps[SOURCE];
    Map other = maps[OTHER];
    Map out = maps[RESULT];
    for (int y = from; y < to; y++) {
        for (int block = 0; block < out.blocks; block++) {
            global const float *in_row = ROW(in, y) + block * in.plane;
            global const float *other_row = ROW(other, y) + block * other.plane;
            global float *out_row = ROW(out, y) + block * out.plane;
            for (int x = 0; x < out.width; x++)
                STORE(ELEMENT, out_row + x * V);
        }
    }
}
