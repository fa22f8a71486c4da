/*
 * What the stages of a fused kernel on a CPU read and write: the rows of a map, all of them or those that a window holds.
 * A window is a ring: row y, counted from the top of the border, lies in slot y modulo its rows.
 *
 * A stage is a function that makes some rows of its result. Its file is passed to the compiler once per stage with STAGE,
 * the number of the stage, and SOURCE, OTHER and RESULT, the numbers of the maps that it reads and makes.
 */
#ifndef VEC
#include "vec.cl"
#endif

/* at: slot 0, left of which the border lies. row, plane: floats from one row, one block of channels to the next. */
typedef struct {
    global float *at;
    size_t row;
    size_t plane;
    int rows;
    int border;
    int blocks;
    int width;
} Map;

/* Row y of a map, rows of the border included, at its first column. */
#define ROW(map, y) ((map).at + (uint)((y) + (map).border) % (uint)(map).rows * (map).row)
