/*
 * The loops that find a device's roofs.
 *
 * compute: CHAINS independent chains of fused multiply-adds on vectors of LANES floats, all in registers; steps that do not
 * fill a round of all chains go to the first ones, so the number of flops is exact.
 * halves, words: the same with products of a warp on tensor cores, and with sums of the products of words.
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

#ifdef MMA
#define MMA_CHAINS 8
__attribute__((reqd_work_group_size(WARPS, 1, 1))) kernel void halves(float factor, int steps, global float *out) {
    MMA_ROOM(WARPS);
    float value = factor * (get_local_id(0) % 32);
    uint4 a = (uint4)(HALVES(value, factor), HALVES(factor, value), HALVES(value, value), HALVES(factor, factor));
    uint b0 = HALVES(factor, value);
    uint b1 = HALVES(value, factor);
    float chain[MMA_CHAINS][4];
    EACH(i, MMA_CHAINS) EACH(j, 4) chain[i][j] = i + value;
    for (int round = 0; round < steps / MMA_CHAINS; round++)
        EACH(i, MMA_CHAINS) MULTIPLY(chain[i], a, b0, b1);
    EACH(i, MMA_CHAINS) if (i < steps % MMA_CHAINS) MULTIPLY(chain[i], a, b0, b1);
    float sum = 0.0f;
    EACH(i, MMA_CHAINS) EACH(j, 4) sum += chain[i][j];
    out[get_global_id(0)] = sum;
}
#endif

#ifdef DOTS
#define DOT_CHAINS 16
#if IN_WORD == 2
#define FACTOR(sum) (uint)factor
#else
/* A sum is a factor of the next one, lest a compiler multiplies by the number of rounds. */
#define FACTOR(sum) (uint)(sum)
#endif
ITEMS kernel void words(int factor, int steps, global float *out) {
    dotted chain[DOT_CHAINS];
    EACH(i, DOT_CHAINS) chain[i] = i + (int)get_global_id(0);
    for (int round = 0; round < steps / DOT_CHAINS; round++)
        EACH(i, DOT_CHAINS) chain[i] = DOT(FACTOR(chain[i]), (uint)factor, chain[i]);
    EACH(i, DOT_CHAINS) if (i < steps % DOT_CHAINS) chain[i] = DOT(FACTOR(chain[i]), (uint)factor, chain[i]);
    dotted sum = 0;
    EACH(i, DOT_CHAINS) sum += chain[i];
    out[get_global_id(0)] = sum;
}
#endif

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
