/* One product of a warp, 16 x 16 by 16 x 8, for a host that asks whether a device computes it rightly. */
#ifndef VEC
#define MMA C
#include "vec.cl"
#endif

#define OF_A(row, term) HALVES(a[(row) * 16 + (term)], a[(row) * 16 + (term) + 1])
#define OF_B(term, column) HALVES(b[(term) * 8 + (column)], b[((term) + 1) * 8 + (column)])

__attribute__((reqd_work_group_size(32, 1, 1))) kernel void mma(
        global const float *a, global const float *b, global float *out) {
    int row = MMA_ROW(get_local_id(0));
    int pair = MMA_PAIR(get_local_id(0));
    MMA_ROOM(32);
    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    uint4 words = (uint4)(OF_A(row, pair), OF_A(row + 8, pair), OF_A(row, pair + 8), OF_A(row + 8, pair + 8));
    MULTIPLY(sum, words, OF_B(pair, row), OF_B(pair + 8, row));
    for (int i = 0; i < 4; i++)
        out[(row + i / 2 * 8) * 8 + pair + i % 2] = sum[i];
}
