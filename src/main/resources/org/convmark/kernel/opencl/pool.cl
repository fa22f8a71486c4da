/*
 * Window reductions. An item is some rows of V channels on a CPU, one element on a GPU; pixels outside the map are left
 * out. A global average is one item per V channels on a CPU, one group per channel with a tree in local memory on a GPU.
 */
#ifndef VEC
#include "vec.cl"
#endif
#ifndef MAX
#define MAX 0
#endif
#ifndef AVERAGE
#define AVERAGE 1
#endif
#ifndef BLUR
#define BLUR 2
#endif
#ifndef KIND
#define KIND MAX
#endif

ITEMS kernel void pool(
        global const element *in, int4 in_at, int in_height, int in_width, int kernel_size, int stride, int padding,
        global element *out, int4 out_at, int rows, int height, int width) {
    in = PLANE(in, in_at, get_global_id(1), get_global_id(2));
    out = PLANE(out, out_at, get_global_id(1), get_global_id(2));
    EACH_PIXEL(y, x, rows, height, width) {
        int top = (int)y * stride - padding;
        int left = (int)x * stride - padding;
        real result = KIND == MAX ? (real)(-INFINITY) : (real)(0.0f);
        int count = 0;
        for (int r = max(0, -top); r < min(kernel_size, in_height - top); r++) {
            for (int s = max(0, -left); s < min(kernel_size, in_width - left); s++) {
                real value = LOAD(in + PIXEL(in_at, top + r, left + s));
#if KIND == MAX
                result = value > result ? value : result;
#elif KIND == BLUR
                result = fma((real)((r == 1 ? 2.0f : 1.0f) * (s == 1 ? 2.0f : 1.0f) / 16.0f), value, result);
#else
                result += value;
#endif
                count++;
            }
        }
        STORE(KIND == AVERAGE ? result / (float)count : result, out + PIXEL(out_at, y, x));
    }
}

ITEMS kernel void global_average(
        global const element *in, int4 in_at, int in_height, int in_width, global element *out, int4 out_at) {
    size_t block = get_global_id(1);
    size_t image = get_global_id(2);
    in = PLANE(in, in_at, block, image);
    real sum = (real)(0.0f);
    for (int n = get_local_id(0); n < in_height * in_width; n += GROUP)
        sum += LOAD(in + PIXEL(in_at, n / in_width, n % in_width));
#if GROUP > 1
    local real part[GROUP];
    for (int step = GROUP / 2; step > 0; step /= 2) {
        part[get_local_id(0)] = sum;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (get_local_id(0) < step)
            sum += part[get_local_id(0) + step];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#endif
    if (get_local_id(0) == 0)
        STORE(sum / (float)(in_height * in_width), PLANE(out, out_at, block, image));
}
