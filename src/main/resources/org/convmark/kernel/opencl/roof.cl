/*
 * The loops that find a device's roofs.
 *
 * compute: CHAINS independent chains of fused multiply-adds on vectors of LANES floats, all in registers; steps that do not
 * fill a round of all chains go to the first ones, so the number of flops is exact.
 * read, copy, triad: an item goes `passes` times over the vectors from + i * step, `count` of them, WIDE side by side per
 * round. On a CPU step is 1 and an item owns a chunk; on a GPU neighbouring items read neighbouring vectors.
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
#define WIDE 4

typedef PASTE(float, LANES) lanes;
#define LOAD_LANES(i, p) PASTE(vload, LANES)(i, p)
#define STORE_LANES(x, i, p) PASTE(vstore, LANES)(x, i, p)
#define UNROLLED(i, n) UNROLL for (int i = 0; i < n; i++)

ITEMS kernel void compute(float factor, float summand, int steps, global float *out) {
    lanes a = (lanes)(factor);
    lanes b = (lanes)(summand);
    lanes chain[CHAINS];
    UNROLLED(i, CHAINS) chain[i] = (lanes)(i + get_global_id(0));
    for (int round = 0; round < steps / CHAINS; round++)
        UNROLLED(i, CHAINS) chain[i] = fma(chain[i], a, b);
    UNROLLED(i, CHAINS) if (i < steps % CHAINS) chain[i] = fma(chain[i], a, b);
    lanes sum = (lanes)(0.0f);
    UNROLLED(i, CHAINS) sum += chain[i];
    STORE_LANES(sum, get_global_id(0), out);
}

ITEMS kernel void read(int passes, int count, int own, int step, global const float *a, global float *out) {
    a += get_global_id(0) * own * LANES;
    lanes sum[WIDE];
    UNROLLED(w, WIDE) sum[w] = (lanes)(0.0f);
    for (int pass = 0; pass < passes; pass++) {
        size_t i = 0;
        for (; i + WIDE <= count; i += WIDE)
            UNROLLED(w, WIDE) sum[w] += LOAD_LANES((i + w) * step, a);
        for (; i < count; i++)
            sum[0] += LOAD_LANES(i * step, a);
    }
    STORE_LANES(sum[0] + sum[1] + sum[2] + sum[3], get_global_id(0), out);
}

ITEMS kernel void copy(int passes, int count, int own, int step, global const float *a, global float *b) {
    a += get_global_id(0) * own * LANES;
    b += get_global_id(0) * own * LANES;
    for (int pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < count; i++)
            STORE_LANES(LOAD_LANES(i * step, a), i * step, b);
}

ITEMS kernel void triad(
        int passes, int count, int own, int step, float factor, global float *a, global const float *b,
        global const float *c) {
    a += get_global_id(0) * own * LANES;
    b += get_global_id(0) * own * LANES;
    c += get_global_id(0) * own * LANES;
    for (int pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < count; i++)
            STORE_LANES(fma((lanes)(factor), LOAD_LANES(i * step, c), LOAD_LANES(i * step, b)), i * step, a);
}
