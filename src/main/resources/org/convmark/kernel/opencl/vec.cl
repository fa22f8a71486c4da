/*
 * What every kernel file builds on; the host passes it to the compiler ahead of each of them.
 *
 * V      channels stored side by side: batch x channels / V x row x column x V. CPU kernels hold one such vector in a
 *        register; GPU kernels use V = 1, which makes neighbouring columns neighbours in memory.
 * GROUP  work-items of a group. 1: an item works through rows, without barriers. More: an item is one pixel.
 *
 * An int4 says where a tensor's inside lies in its buffer, in elements: (first one, row, plane of V channels, image).
 */
#ifndef VEC
#define VEC

#ifndef V
#define V 8
#endif
#ifndef GROUP
#define GROUP 1
#endif

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

/*
 * LOAD and STORE move V elements of a map, LOAD4 and STORE4 four neighbouring ones of a plane, FLOATS reads V parameters. Elements are
 * floats, or halves with HALF_MAPS, where V = 1 and WORD_OF makes a word of two elements.
 */
#if V == 1
typedef float real;
#define FLOATS(p) (*(p))
#ifdef HALF_MAPS
typedef half element;
#define LOAD(p) vload_half(0, p)
#define STORE(x, p) vstore_half(x, 0, p)
#define LOAD4(p) vloada_half4(0, p)
#define STORE4(x, p) vstorea_half4(x, 0, p)
#define BITS(p) ((uint) * (global const ushort *)(p))
#define WORD_OF(p, q) (BITS(p) | BITS(q) << 16)
#else
typedef float element;
#define LOAD(p) (*(p))
#define STORE(x, p) (*(p) = (x))
#define LOAD4(p) (*(global const float4 *)(p))
#define STORE4(x, p) (*(global float4 *)(p) = (x))
#endif
#else
typedef PASTE(float, V) real;
typedef float element;
#define FLOATS(p) PASTE(vload, V)(0, p)
#define LOAD(p) FLOATS(p)
#define STORE(x, p) PASTE(vstore, V)(x, 0, p)
#endif

/*
 * Weights are numbers of a format, floats or codes of fewer bits, the first of a word of 32 bits in its lowest ones. NUMBERS reads the
 * j-th n of them as floats, NUMBER a single one. Where they are codes, scales follow the biases: a sum of products begins with zero
 * instead of the bias, and is multiplied by its channel's scale when it is complete. Arrays of them begin at quads of words.
 */
#define FP32(n, w, j) (((global const PASTE(float, n) *)(w))[j])
#define FP16(n, w, j) PASTE(FP16_, n)(j, (global const half *)(w))
#define FP16_ vload_half /* PoCL 3.1 has no vloada_half of one */
#define FP16_4 vloada_half4
#define FP16_8 vloada_half8
#define FP16_16 vloada_half16
#define BF16(n, w, j) PASTE(as_float, n)(PASTE(convert_uint, n)(((global const PASTE(ushort, n) *)(w))[j]) << 16)
#define W8(n, w, j) PASTE(convert_float, n)(((global const PASTE(char, n) *)(w))[j])
/* Shifts put the sign, which comes first, where floats have it, and the power into the exponent, which is then too low by 120. */
#define POW2(n, w, j) (PASTE(as_float, n)(PASTE(POW2_, n)(w, j) >> 5 & (int)0x83800000) * 0x1p120f)
#define POW2_(w, i) ((int)((global const uint *)(w))[(uint)(i) / 8] << (28 - (uint)(i) % 8 * 4))
#define POW2_4(w, j) ((int4)(((global const ushort *)(w))[j]) << (int4)(28, 24, 20, 16))
#define POW2_8(w, j) ((int8)(((global const int *)(w))[j]) << POW2_SHIFTS)
#define POW2_16(w, j) (int16)(POW2_8(w, 2 * (j)), POW2_8(w, 2 * (j) + 1))
#define POW2_SHIFTS (int8)(28, 24, 20, 16, 12, 8, 4, 0)
#define NUMBERS(format, n, w, j) format(n, w, j)
#define NUMBER(format, w, i) format(, w, i)
/* Further by n quads of numbers. */
#define PAST(format, w, n) ((global const float *)((global const uchar *)(w) + (n) * PASTE(BITS_, format) / 2))

/* Where an activation of 8 bits is a float too, its weights are those of W8. */
#define INT8 W8

#define BITS_FP32 32
#define BITS_FP16 16
#define BITS_BF16 16
#define BITS_W8 8
#define BITS_POW2 4
/* Words of n numbers, and of n biases with what follows them. */
#define WORDS(format, n) (((n) * PASTE(BITS_, format) + 127) / 128 * 4)
#define CODED(format) (PASTE(BITS_, format) < 32)
#define ENDS(format, n) ((n) * (1 + CODED(format)))
/* Where a sum begins, and what it is in the end. W8 counts in 128ths. */
#define BEGUN(format, bias) (CODED(format) ? 0.0f : (bias))
#define SCALED(format, sum, bias, scale) \
    (CODED(format) ? fma(sum, (scale) * (PASTE(BITS_, format) == 8 ? 0.0078125f : 1.0f), bias) : (sum))

/*
 * Sums of the products of words, where DOTS says how and IN_WORD how many numbers a word holds: four integers of 8 bits, which have a sign,
 * or two halves. DOT adds all products of two words to c, an integer or a float.
 */
#ifdef DOTS
#define DOT(a, b, c) PASTE(DOT_, DOTS)(a, b, c)
#if IN_WORD == 2
#ifdef cl_khr_fp16
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#endif
typedef float dotted;
#define DOT_AMD_HALVES(a, b, c) __builtin_amdgcn_fdot2(as_half2(a), as_half2(b), c, false)
#define DOT_KHR_HALVES(a, b, c) \
    fma((float)as_half2(a).s1, (float)as_half2(b).s1, fma((float)as_half2(a).s0, (float)as_half2(b).s0, c))
float DOT_C_HALVES(uint a, uint b, float c) {
    float2 x = vload_half2(0, (half *)&a), y = vload_half2(0, (half *)&b);
    return fma(x.s1, y.s1, fma(x.s0, y.s0, c));
}
#else
typedef int dotted;
#define DOT_KHR(a, b, c) ((c) + dot_4x8packed_ss_int(a, b))
/* Static, lest Oclgrind sees the assembly, of which it dies. Volatile, because clang loads operands of other assembly one by one from local memory, and not as quads. */
static int DOT_PTX(uint a, uint b, int c) {
    int sum;
    __asm__ volatile("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}
#define DOT_AMD(a, b, c) __builtin_amdgcn_sdot4((int)(a), (int)(b), c, false)
int DOT_C(uint a, uint b, int c) {
    char4 x = as_char4(a), y = as_char4(b);
    return c + x.s0 * y.s0 + x.s1 * y.s1 + x.s2 * y.s2 + x.s3 * y.s3;
}
/* OF_FOUR makes a word of four floats that hold integers times a step, plus an offset: a float of 1.5 * 2^23 or so has an integer in its low bits. */
uint low_byte(float x, float step, float offset) { return as_uint(fma(x, 1.0f / step, 12582912.0f + offset)) & 0xff; }
#define OF_FOUR(x0, x1, x2, x3, step, offset)                                              \
    (low_byte(x0, step, offset) | low_byte(x1, step, offset) << 8 | low_byte(x2, step, offset) << 16 | \
     low_byte(x3, step, offset) << 24)
#endif
#endif

/* A word of two floats as halves. */
uint HALVES_C(float low, float high) {
    uint both;
    vstore_half2((float2)(low, high), 0, (half *)&both);
    return both;
}

/*
 * Products of half precision with sums of floats, where MMA says how. A warp of 32 items multiplies 16 x 16 by 16 x 8. Of the three matrices
 * an item has words of two halves, or floats: those of A at rows MMA_ROW and 8 below, columns MMA_PAIR and 8 to the right; of B at rows
 * MMA_PAIR and 8 below, column MMA_ROW; of the sums at rows MMA_ROW and 8 below, columns MMA_PAIR and the next.
 */
#ifdef MMA
#define MMA_ROW(lane) ((lane) / 4)
#define MMA_PAIR(lane) ((lane) % 4 * 2)
#define HALVES PASTE(HALVES_, MMA)
static uint HALVES_PTX(float low, float high) {
    uint both;
    __asm__("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}
/*
 * d += a b, by a whole warp: each item brings four words of A, and two of B. Plain C, for tests, lets the items show each other their words
 * in local memory, so all items of a group come here as often as each other.
 */
#define MULTIPLY(d, a, b0, b1) PASTE(MULTIPLY_, MMA)(d, a, b0, b1)
#define MULTIPLY_PTX(d, a, b0, b1)                                                                               \
    __asm__ volatile(                                                                                            \
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
            : "+f"((d)[0]), "+f"((d)[1]), "+f"((d)[2]), "+f"((d)[3])                                              \
            : "r"((a).s0), "r"((a).s1), "r"((a).s2), "r"((a).s3), "r"(b0), "r"(b1))
#define MULTIPLY_C(d, a, b0, b1)                                          \
    {                                                                     \
        vstore4(a, 0, shown[get_local_id(0)]);                            \
        vstore2((uint2)(b0, b1), 2, shown[get_local_id(0)]);              \
        barrier(CLK_LOCAL_MEM_FENCE);                                     \
        add_products(d, shown + get_local_id(0) / 32 * 32);               \
        barrier(CLK_LOCAL_MEM_FENCE);                                     \
    }
/* Room that a kernel has for it. */
#define MMA_ROOM(items) PASTE(MMA_ROOM_, MMA)(items)
#define MMA_ROOM_PTX(items)
#define MMA_ROOM_C(items) local uint shown[items][6]
/* The sums of an item, from the words of its warp. */
void add_products(float *d, local const uint (*shown)[6]) {
    int lane = get_local_id(0) % 32;
    for (int i = 0; i < 4; i++) {
        local const uint(*a)[6] = shown + MMA_ROW(lane) * 4;
        local const uint(*b)[6] = shown + (MMA_PAIR(lane) + i % 2) * 4;
        for (int k = 0; k < 8; k++) {
            uint both[2] = {a[k % 4][i / 2 + k / 4 * 2], b[k % 4][4 + k / 4]};
            float2 x = vload_half2(0, (half *)both), y = vload_half2(1, (half *)both);
            d[i] = fma(x.s1, y.s1, fma(x.s0, y.s0, d[i]));
        }
    }
}
#endif

/*
 * An activation of two numbers that become halves. Those with an exponential are x / 2 + x / 2 * tanh(p(x)), in half precision, which takes
 * a fifth of the instructions: as far off as a half of x is. Words hold a constant twice. GELU's p is a fit of degree 5 in [-4, 4],
 * 0.797507 x + 0.0370072 x^3 - 0.000351862 x^5, 2.6e-5 off the function at most; that by tanh has 0.797885 (x + 0.044715 x^3).
 */
#ifdef MMA
#define ACTIVATED(stage, a, b) HALF_OF(stage)(a, b)
#define HALF_OF(stage) HALF_OF_(stage)
#define HALF_OF_(function) HALF_##function
#define HALF_identity(a, b) HALVES(a, b)
#define HALF_relu(a, b) HALVES(relu(a), relu(b))
#define HALF_relu6(a, b) HALVES(relu6(a), relu6(b))
#define HALF_elu(a, b) HALVES(elu(a), elu(b))
#define HALF_selu(a, b) HALVES(selu(a), selu(b))
#define HALF_hard_sigmoid(a, b) HALVES(hard_sigmoid(a), hard_sigmoid(b))
#define HALF_hard_swish(a, b) HALVES(hard_swish(a), hard_swish(b))
#define PAIR(name) PASTE(name, MMA)
#define INSTRUCTION(name, ptx, c)                                          \
    static uint name##PTX(uint x, uint y, uint z) {                         \
        uint d;                                                            \
        __asm__(ptx : "=r"(d) : "r"(x), "r"(y), "r"(z));                     \
        return d;                                                          \
    }                                                                      \
    static uint name##C(uint xs, uint ys, uint zs) {                               \
        float2 x = vload_half2(0, (half *)&xs), y = vload_half2(0, (half *)&ys), z = vload_half2(0, (half *)&zs); \
        float2 d = c;                                                      \
        return HALVES_C(d.s0, d.s1);                                        \
    }
INSTRUCTION(FMA_, "fma.rn.f16x2 %0, %1, %2, %3;", fma(x, y, z))
INSTRUCTION(MUL_, "mul.rn.f16x2 %0, %1, %2;", x *y)
INSTRUCTION(MIN_, "min.f16x2 %0, %1, %2;", fmin(x, y))
INSTRUCTION(TANH_, "tanh.approx.f16x2 %0, %1;", tanh(x))
#define MUL(x, y) PAIR(MUL_)(x, y, 0)
#define FMA(x, y, z) PAIR(FMA_)(x, y, z)
#define TWO_HALVES 0x38003800u
uint half_part(uint x, uint p) {
    x = MUL(x, TWO_HALVES);
    return FMA(x, PAIR(TANH_)(p, 0, 0), x);
}
#define HALF_hyperbolic_tangent(a, b) PAIR(TANH_)(HALVES(a, b), 0, 0)
uint HALF_silu(float a, float b) {
    uint x = HALVES(a, b);
    return half_part(x, MUL(x, TWO_HALVES));
}
uint HALF_sigmoid(float a, float b) {
    return FMA(PAIR(TANH_)(MUL(HALVES(a, b), TWO_HALVES), 0, 0), TWO_HALVES, TWO_HALVES);
}
uint HALF_gelu_tanh(float a, float b) {
    uint x = HALVES(a, b);
    return half_part(x, MUL(x, FMA(MUL(x, x), 0x28912891u, 0x3a623a62u)));
}
uint HALF_gelu(float a, float b) {
    uint x = HALVES(a, b);
    uint square = PAIR(MIN_)(MUL(x, x), 0x4c004c00u, 0);
    uint p = FMA(square, 0x8dc48dc4u, 0x28bd28bdu);
    return half_part(x, MUL(x, FMA(square, p, 0x3a613a61u)));
}
#endif

/* PoCL's compiler, which defines that, dies of barriers in loops that are unrolled. */
#if defined(MMA) && defined(POCL_DEVICE_ADDRESS_BITS)
#define UNROLL _Pragma("unroll 1")
#else
#define UNROLL _Pragma("unroll")
#endif
#define EACH(i, n) UNROLL for (int i = 0; i < (n); i++)
/* A name of this stage of a fused kernel; a file may be in it several times. */
#define OF_STAGE(name) PASTE(PASTE(name, _), STAGE)
#define ITEMS __attribute__((reqd_work_group_size(GROUP, 1, 1)))

/* The pixels of this item: `rows` rows on a CPU, one pixel on a GPU. */
#if GROUP == 1
#define EACH_PIXEL(y, x, rows, height, width)                                                             \
    for (size_t y = get_global_id(0) * (rows); y < min((size_t)(height), (get_global_id(0) + 1) * (rows)); y++) \
        for (size_t x = 0; x < (width); x++)
#else
#define EACH_PIXEL(y, x, rows, height, width)                                                \
    for (size_t y = get_global_id(0) / (width), x = get_global_id(0) % (width); y < (height); y = (height))
#endif

/* The same image and channels of a tensor, pixel (0, 0). */
#define PLANE(p, at, block, image) ((p) + (at).s0 + (size_t)(block) * (at).s2 + (size_t)(image) * (at).s3)
/* Offset of a pixel in a plane. */
#define PIXEL(at, y, x) ((size_t)(y) * (at).s1 + (size_t)(x) * V)

/* Written so that NaN stays NaN. */
real relu(real x) { return x < 0.0f ? (real)(0.0f) : x; }
real relu6(real x) { return relu(x) > 6.0f ? (real)(6.0f) : relu(x); }
real elu(real x) { return x < 0.0f ? exp(x) - 1.0f : x; }
real selu(real x) { return x < 0.0f ? 1.7580993f * (exp(x) - 1.0f) : 1.05070099f * x; }

/*
 * x / y for y >= 1. Divisions are built correctly rounded, which takes a GPU tens of instructions; its estimate of 1 / y and
 * a step of Newton take three. EXP stays below what overflows, since that step makes a NaN of infinity.
 */
#if V == 1
real inverse(real y) {
    real r = native_recip(y);
    return fma(fma(-y, r, 1.0f), r, r);
}
#define OVER(x, y) ((x) * inverse(y))
#define EXP(x) exp(min(x, 80.0f))
#else
#define OVER(x, y) ((x) / (y))
#define EXP(x) exp(x)
#endif

/* x / 2 * (1 + tanh(u)) = x / (1 + e^-2u); 1.59576912 = 2 sqrt(2 / pi). */
real gelu_tanh(real x) {
    return OVER(x, 1.0f + EXP(-1.59576912f * x * fma(x * x, (real)(0.044715f), (real)(1.0f))));
}
/* PoCL's tanh is a macro, so names cannot be made of it. */
real hyperbolic_tangent(real x) { return tanh(x); }
real sigmoid(real x) { return OVER(1.0f, 1.0f + EXP(-x)); }
real hard_sigmoid(real x) { return relu6(x + 3.0f) * (1.0f / 6.0f); }
real hard_swish(real x) { return x * hard_sigmoid(x); }
real silu(real x) { return OVER(x, 1.0f + EXP(-x)); }

/* x * Phi(x); the tail of erf by Abramowitz and Stegun 7.1.26, absolute error 1.5e-7. */
real gelu(real x) {
    real z = fabs(x) * 0.70710678f;
    real t = OVER(1.0f, fma(z, (real)(0.3275911f), (real)(1.0f)));
    real p = fma(t, (real)(1.061405429f), (real)(-1.453152027f));
    p = fma(p, t, (real)(1.421413741f));
    p = fma(p, t, (real)(-0.284496736f));
    p = fma(p, t, (real)(0.254829592f));
    real half_tail = 0.5f * x * (p * t * exp(-z * z));
    return x < 0.0f ? half_tail : x - half_tail;
}

/* The sum of all channels. */
float total(real x) {
#if V == 16
    float8 e = x.lo + x.hi;
    float4 f = e.lo + e.hi;
    return f.x + f.y + f.z + f.w;
#elif V == 8
    float4 f = x.lo + x.hi;
    return f.x + f.y + f.z + f.w;
#elif V == 4
    return x.x + x.y + x.z + x.w;
#else
    return x;
#endif
}

real identity(real x) { return x; }

real alone(real sum, global const element *residual) { return sum; }
real plus(real sum, global const element *residual) { return sum + LOAD(residual); }

/*
 * Rounded to 8 bits: a multiple of a step, which is a power of two, between two others; ties to even. A step of zero leaves x as it is.
 */
real rounded(real x, float step, float least, float most) {
    if (step == 0.0f)
        return x;
    real n = rint(x * (1.0f / step));
    n = n < least ? (real)(least) : n;
    return step * (n > most ? (real)(most) : n);
}

/* What follows a sum, or comes before it is added to another: an activation, and rounding before and behind it. */
#define THROUGH(stage, x) rounded(stage(rounded(x, stage##_FIRST)), stage##_LAST)
#define UNROUNDED 0.0f, 0.0f, 0.0f

/* after(before(sum) + residual): the epilogue of every convolution. */
#ifndef BEFORE
#define BEFORE identity
#define BEFORE_FIRST UNROUNDED
#define BEFORE_LAST UNROUNDED
#endif
#ifndef AFTER
#define AFTER identity
#define AFTER_FIRST UNROUNDED
#define AFTER_LAST UNROUNDED
#endif
#ifndef JOIN
#define JOIN alone
#endif
#define EPILOGUE(sum, residual) THROUGH(AFTER, JOIN(THROUGH(BEFORE, sum), residual))
/* The same where the residual is loaded already. */
#define alone_VALUE(sum, residual) (sum)
#define plus_VALUE(sum, residual) ((sum) + (residual))
#define FINISHED(sum, residual) THROUGH(AFTER, PASTE(JOIN, _VALUE)(THROUGH(BEFORE, sum), residual))

#endif
