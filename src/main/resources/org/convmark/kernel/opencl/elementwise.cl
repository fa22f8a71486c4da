/*
 * Layers that make each element from elements at the same pixel. An item is some rows of V channels on a CPU, one element
 * on a GPU. One load, one store: they run at the speed of memory.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef FUNCTION
#define FUNCTION relu
#define FUNCTION_FIRST UNROUNDED
#define FUNCTION_LAST UNROUNDED
#endif

#define BLOCK get_global_id(1)
#define IMAGE get_global_id(2)

ITEMS kernel void affine(
        global const element *in, int4 in_at, global const float *scale, global const float *shift, global element *out,
        int4 out_at, int rows, int height, int width) {
    in = PLANE(in, in_at, BLOCK, IMAGE);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    real factor = FLOATS(scale + BLOCK * V);
    real summand = FLOATS(shift + BLOCK * V);
    EACH_PIXEL(y, x, rows, height, width)
        STORE(fma(LOAD(in + PIXEL(in_at, y, x)), factor, summand), out + PIXEL(out_at, y, x));
}

ITEMS kernel void activate(
        global const element *in, int4 in_at, global element *out, int4 out_at, int rows, int height, int width) {
    in = PLANE(in, in_at, BLOCK, IMAGE);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    EACH_PIXEL(y, x, rows, height, width)
        STORE(THROUGH(FUNCTION, LOAD(in + PIXEL(in_at, y, x))), out + PIXEL(out_at, y, x));
}

/* Every map moved one pixel up and left; zeros come in. */
ITEMS kernel void shift(
        global const element *in, int4 in_at, global element *out, int4 out_at, int rows, int height, int width) {
    in = PLANE(in, in_at, BLOCK, IMAGE);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    EACH_PIXEL(y, x, rows, height, width) {
        bool inside = y + 1 < height && x + 1 < width;
        STORE(inside ? LOAD(in + PIXEL(in_at, y + 1, x + 1)) : (real)(0.0f), out + PIXEL(out_at, y, x));
    }
}

ITEMS kernel void add(
        global const element *a, int4 a_at, global const element *b, int4 b_at, global element *out, int4 out_at, int rows,
        int height, int width) {
    a = PLANE(a, a_at, BLOCK, IMAGE);
    b = PLANE(b, b_at, BLOCK, IMAGE);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    EACH_PIXEL(y, x, rows, height, width)
        STORE(LOAD(a + PIXEL(a_at, y, x)) + LOAD(b + PIXEL(b_at, y, x)), out + PIXEL(out_at, y, x));
}

ITEMS kernel void multiply(
        global const element *in, int4 in_at, global const element *gate, int4 gate_at, global element *out, int4 out_at,
        int rows, int height, int width) {
    in = PLANE(in, in_at, BLOCK, IMAGE);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    real factor = LOAD(PLANE(gate, gate_at, BLOCK, IMAGE));
    EACH_PIXEL(y, x, rows, height, width)
        STORE(LOAD(in + PIXEL(in_at, y, x)) * factor, out + PIXEL(out_at, y, x));
}

/*
 * Moves channels. The plan holds 1 + 2 V ints per output block: 1 where the whole block is one block of an input, then
 * per channel the number of the input, or -1 for a channel that is not written, and which channel it is there.
 */
ITEMS kernel void route(
        global const element *in0, int4 at0, global const element *in1, int4 at1, global const element *in2, int4 at2,
        global const element *in3, int4 at3, global const int *plan, global element *out, int4 out_at, int rows, int height,
        int width) {
    plan += BLOCK * (1 + 2 * V);
    out = PLANE(out, out_at, BLOCK, IMAGE);
    int whole = plan[0];
    for (int lane = 0; lane < (whole ? 1 : V); lane++) {
        int input = plan[1 + 2 * lane];
        if (input < 0) {
            continue;
        }
        global const element *in = input == 0 ? in0 : input == 1 ? in1 : input == 2 ? in2 : in3;
        int4 at = input == 0 ? at0 : input == 1 ? at1 : input == 2 ? at2 : at3;
        in = PLANE(in, at, plan[2 + 2 * lane] / V, IMAGE) + plan[2 + 2 * lane] % V;
#if V > 1
        if (!whole) {
            EACH_PIXEL(y, x, rows, height, width) out[PIXEL(out_at, y, x) + lane] = in[PIXEL(at, y, x)];
            continue;
        }
#endif
        EACH_PIXEL(y, x, rows, height, width) STORE(LOAD(in + PIXEL(at, y, x)), out + PIXEL(out_at, y, x));
    }
}
