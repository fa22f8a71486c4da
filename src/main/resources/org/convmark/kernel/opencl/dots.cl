/* One dot product per item, for a host that asks whether a device computes it rightly. */
#ifndef VEC
#define DOTS C
#define IN_WORD 4
#include "vec.cl"
#endif

kernel void dots(global const uint *a, global const uint *b, global float *out) {
    size_t i = get_global_id(0);
    out[i] = convert_float(DOT(a[i], b[i], (dotted)out[i]));
}
