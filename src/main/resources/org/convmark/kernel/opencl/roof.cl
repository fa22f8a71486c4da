/*
 * The loops that find a device's roofs.
 *
 * compute: CHAINS independent chains of fused multiply-adds on vectors of LANES floats, all in registers; steps that do not
 * fill a round of all chains go to the first ones, so the number of flops is exact.
 * read, copy, triad: an item goes `passes` times over `count` vectors, WIDE independent ones per round. On a CPU an item owns
 * a chunk; on a GPU neighbouring items read neighbouring vectors.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef LANES
#define LANES 8
#endif
#ifndef CHAINS
#define CHAINS 12
#endif
#define WIDE 8

typedef PASTE(float, LANES) lanes;
#define LOAD_LANES(i, p) PASTE(vload, LANES)((i) * STEP, p)
#define STORE_LANES(x, i, p) PASTE(vstore, LANES)(x, (i) * STEP, p)

/* Vectors from one of an item's to its next, and from its first to its neighbour's first. */
#if GROUP == 1
#define STEP 1
#define OWN(count) ((size_t)(count))
#else
#define STEP get_global_size(0)
#define OWN(count) 1
#endif
#define MINE(p, count) ((p) + get_global_id(0) * OWN(count) * LANES)

ITEMS kernel void compute(float factor, float summand, int steps, global float *out) {
    lanes a = (lanes)(factor);
    lanes b = (lanes)(summand);
    lanes chain[CHAINS];
    UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = (lanes)(i + get_global_id(0));
    for (int round = 0; round < steps / CHAINS; round++)
        UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = fma(chain[i], a, b);
    UNROLL for (int i = 0; i < CHAINS; i++) if (i < steps % CHAINS) chain[i] = fma(chain[i], a, b);
    lanes sum = chain[0];
    UNROLL for (int i = 1; i < CHAINS; i++) sum += chain[i];
    PASTE(vstore, LANES)(sum, get_global_id(0), out);
}

ITEMS kernel void read(int passes, int count, global const float *a, global float *out) {
    a = MINE(a, count);
    lanes sum[WIDE];
    UNROLL for (int w = 0; w < WIDE; w++) sum[w] = (lanes)(0.0f);
    for (int pass = 0; pass < passes; pass++) {
        size_t i = 0;
        for (; i + WIDE <= count; i += WIDE)
            UNROLL for (int w = 0; w < WIDE; w++) sum[w] += LOAD_LANES(i + w, a);
        for (; i < count; i++)
            sum[0] += LOAD_LANES(i, a);
    }
    UNROLL for (int w = 1; w < WIDE; w++) sum[0] += sum[w];
    PASTE(vstore, LANES)(sum[0], get_global_id(0), out);
}

ITEMS kernel void copy(int passes, int count, global const float *a, global float *b) {
    a = MINE(a, count);
    b = MINE(b, count);
    for (int pass = 0; pass < passes; pass++) {
        size_t i = 0;
        for (; i + WIDE <= count; i += WIDE)
            UNROLL for (int w = 0; w < WIDE; w++) STORE_LANES(LOAD_LANES(i + w, a), i + w, b);
        for (; i < count; i++)
            STORE_LANES(LOAD_LANES(i, a), i, b);
    }
}

ITEMS kernel void triad(
        int passes, int count, float factor, global float *a, global const float *b, global const float *c) {
    a = MINE(a, count);
    b = MINE(b, count);
    c = MINE(c, count);
    for (int pass = 0; pass < passes; pass++) {
        size_t i = 0;
        for (; i + WIDE <= count; i += WIDE)
            UNROLL for (int w = 0; w < WIDE; w++)
                STORE_LANES(fma((lanes)(factor), LOAD_LANES(i + w, c), LOAD_LANES(i + w, b)), i + w, a);
        for (; i < count; i++)
            STORE_LANES(fma((lanes)(factor), LOAD_LANES(i, c), LOAD_LANES(i, b)), i, a);
    }
}
